// The machine-readable contract of the official API, and the check of a reply
// against it. `node contract.mjs dump runtime|admin` prints its operations.
import * as api from '@botpress/api'
import { Ajv } from 'ajv'
import { pathToFileURL } from 'node:url'

const stateOf = (part) => part._state ?? part.state
const states = { runtime: stateOf(api.runtimeApi), admin: stateOf(api.adminApi), files: stateOf(api.filesApi), tables: stateOf(api.tablesApi) }
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

const errorSchema = {
  type: 'object',
  required: ['id', 'code', 'type', 'message'],
  properties: {
    id: { type: 'string', minLength: 1 },
    code: { type: 'integer' },
    type: { type: 'string', minLength: 1 },
    message: { type: 'string' },
  },
}

/** operations lists every operation of one part of the API ("runtime", "admin", "files", "tables"). */
export function operations(part = 'runtime') {
  return Object.values(states[part].operations).map((op) => {
    const inPlace = (place) =>
      Object.fromEntries(
        Object.entries({ ...states[part].defaultParameters, ...op.parameters }).filter(([, p]) => p.in === place)
      )
    return {
      part,
      name: op.name,
      method: op.method.toUpperCase(),
      path: op.path,
      status: op.response.status ?? 200,
      params: inPlace('path'),
      query: inPlace('query'),
      body: op.requestBody?.schema,
      response: op.response.schema,
    }
  })
}

// JSON Schema knows no "nullable"; the contract puts it beside $ref and anyOf too.
// Members that the contract does not know are allowed: newer versions of it add
// some, clients ignore what they do not know, and we serve the union.
function plain(schema) {
  if (Array.isArray(schema)) return schema.map(plain)
  if (schema === null || typeof schema !== 'object') return schema
  const out = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, plain(v)]))
  if (out.additionalProperties === false) delete out.additionalProperties
  if (typeof out.nullable !== 'boolean') return out
  const { nullable, ...rest } = out
  return nullable && Object.keys(rest).length ? { anyOf: [rest, { type: 'null' }] } : rest
}

const compiled = new Map()

function validatorOf(op) {
  const key = `${op.part}.${op.name}`
  if (!compiled.has(key)) {
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': dateTime, date: true, uuid: true, uri: true } })
    const schemas = Object.fromEntries(Object.entries(states[op.part].schemas).map(([k, v]) => [k, v.schema]))
    compiled.set(key, ajv.compile(plain({ ...op.response, components: { schemas } })))
  }
  return compiled.get(key)
}

const checkError = new Ajv({ strict: false, allErrors: true }).compile(errorSchema)

/**
 * validateReply returns what is wrong with a reply as [{path, message}], empty
 * when it keeps to the contract. A reply of 400 or more must be an error body
 * whose type is one of the official ones.
 */
export function validateReply(name, status, body, part = 'runtime') {
  const op = operations(part).find((o) => o.name === name)
  if (!op) throw new Error(`no operation ${name} in the ${part} API`)
  if (status >= 400) {
    const faults = checkError(body) ? [] : faultsOf(checkError)
    const known = states[part].errors?.some((e) => e.type === body?.type)
    if (!faults.length && !known) faults.push({ path: '/type', message: `unknown error type ${body.type}` })
    if (!faults.length && body.code !== status) faults.push({ path: '/code', message: `is ${body.code}, not ${status}` })
    return faults
  }
  if (status !== op.status) return [{ path: '', message: `status ${status}, want ${op.status}` }]
  const check = validatorOf(op)
  return check(body) ? [] : faultsOf(check)
}

const faultsOf = (check) => check.errors.map((e) => ({ path: e.instancePath, message: `${e.message} ${JSON.stringify(e.params)}` }))

/** matchOperation finds the operation that a method and a URL path call. */
export function matchOperation(method, path, part = 'runtime') {
  const parts = path.split('/')
  const fits = operations(part).filter((op) => {
    const want = op.path.split('/')
    return op.method === method && want.length === parts.length && want.every((w, i) => w.startsWith('{') || w === parts[i])
  })
  // A literal segment wins over a parameter.
  const holes = (op) => op.path.split('{').length
  return fits.sort((a, b) => holes(a) - holes(b))[0]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && process.argv[2] === 'dump') {
  process.stdout.write(JSON.stringify(operations(process.argv[3] ?? 'runtime')) + '\n')
}
