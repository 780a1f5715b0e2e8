// Makes a folder in which a checkout of the public sources can be built:
//
//	node prepare.mjs CHECKOUT FOLDER --pnpm FILE [--pingrip DIR]
//
// The checkout is copied and stays as it is. Only the command, its libraries,
// the interfaces and what run.mjs deploys are kept in the workspace. No code of
// them is changed; what the registry does not have is left out or stood in for,
// and told.
import { execFileSync } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cases } from './cases.mjs'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { pnpm: { type: 'string' }, pingrip: { type: 'string' } } })
const [checkout, folder] = positionals.map((path) => resolve(path))
if (!folder || !values.pnpm) throw new Error('usage: node prepare.mjs CHECKOUT FOLDER --pnpm FILE [--pingrip DIR]')

await rm(folder, { recursive: true, force: true })
await cp(checkout, folder, { recursive: true, filter: (path) => !/\/(\.git|node_modules)$/.test(path) })

const libraries = ['cli', 'sdk', 'sdk-addons', 'common', 'client', 'chat-client', 'chat-api', 'zui']
const projects = ['interfaces/*', 'bots/echo', 'bots/hello-world', ...Object.keys(cases).map((name) => `integrations/${name}`)]
await writeFile(join(folder, 'pnpm-workspace.yaml'), 'packages:\n' + [...libraries.map((name) => `packages/${name}`), ...projects].map((path) => `  - ${path}\n`).join(''))
await writeFile(
  join(folder, 'package.json'),
  // @botpress/api is the contract that the client is generated from; the sources name one that is not public.
  JSON.stringify({ name: 'botpress', private: true, devDependencies: { 'ts-node': '^10.9.2', esbuild: '^0.25.10', typescript: '^5.6.3', axios: '1.9.0', '@botpress/api': '1.70.2' } }),
)
// Tools of development are left out, some of which are not public.
const unneeded = ['@typescript/native', 'oxfmt', 'oxlint', 'oxlint-tsgolint', 'husky', 'lint-staged', 'sherif', 'turbo', '@bpinternal/thicktoken', '@botpress/vai', '@botpress/cognitive']
const pingrip = values.pingrip && resolve(values.pingrip)
await writeFile(
  join(folder, '.pnpmfile.cjs'),
  `module.exports = { hooks: { readPackage(p) {
  for (const name of ${JSON.stringify(unneeded)}) delete p.devDependencies?.[name]
  if (p.name === '@botpresshub/chat') ${pingrip ? `p.dependencies['@bpinternal/pingrip'] = ${JSON.stringify('file:' + pingrip)}` : `delete p.dependencies['@bpinternal/pingrip']`}
  return p
} } }\n`,
)

const sh = (where, program, ...args) => {
  console.log(`${where}: ${program.split('/').pop()} ${args.join(' ')}`)
  execFileSync(program, args, { cwd: resolve(folder, where), stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CI: '1' } })
}
const esbuild = join(folder, 'node_modules', '.bin', 'esbuild')
const bundle = (where, out, format, ...more) => sh(where, esbuild, 'src/index.ts', '--bundle', '--platform=node', `--format=${format}`, `--outfile=dist/${out}`, '--log-level=error', ...more)
const tsNode = (where, ...args) => sh(where, join(folder, 'node_modules', '.bin', 'ts-node'), '-T', ...args)

const install = () => sh('.', resolve(values.pnpm), 'install', '--no-frozen-lockfile', '--ignore-scripts', '--store-dir', join(folder, '..', 'pnpm-store'))
install()
if (pingrip) {
  bundle(pingrip, 'index.js', 'cjs', '--external:axios')
  bundle(pingrip, 'index.mjs', 'esm', '--external:axios')
  install() // it is copied when it is installed
} else {
  console.log('note: without --pingrip the integration chat cannot be built, its dependency is not public')
}
tsNode('packages/client', '-P', 'tsconfig.ts-node.json', './openapi.ts')
tsNode('packages/client', '-P', 'tsconfig.ts-node.json', './build.ts', '--node')
bundle('packages/zui', 'index.cjs', 'cjs', '--keep-names')
bundle('packages/zui', 'index.js', 'esm', '--keep-names')
tsNode('packages/sdk', './build.ts', '--node')
tsNode('packages/chat-client', '-P', 'tsconfig.ts-node.json', './openapi.ts', './src/gen')
tsNode('packages/chat-client', '-P', 'tsconfig.ts-node.json', './build.ts', '--node')
tsNode('packages/cli', '-P', 'tsconfig.ts-node.json', 'build.ts')
tsNode('integrations/chat', '-P', 'tsconfig.ts-node.json', './openapi.ts', './src/gen')
const { version } = JSON.parse(await readFile(join(folder, 'packages', 'cli', 'package.json'), 'utf8'))
console.log(`ready: ${folder} with CLI ${version}`)
