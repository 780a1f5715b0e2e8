// Runs programs through the reference engine: a line of JSON {program, event}
// in, a line {compiles, result | error} out.
import { createInterface } from 'node:readline'
import { execute } from '@bpinternal/verel'

for await (const line of createInterface({ input: process.stdin })) {
  const { program, event } = JSON.parse(line)
  let answer
  try {
    answer = { compiles: true, result: execute(program, event).result ?? null }
  } catch (cause) {
    const error = String(cause?.message ?? cause)
    answer = { compiles: !error.startsWith('Compilation Error'), error }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
