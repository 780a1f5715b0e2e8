// Builds what `bellhop bench --bundle DIR` measures: an integration and a bot
// of the official SDK, bundled as its command does. Usage: node bench.mjs DIR
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './fixtures/process.mjs'

const dir = process.argv[2]
if (!dir) throw new Error('usage: node bench.mjs DIR')
await mkdir(dir, { recursive: true })
for (const name of ['integration', 'bot']) {
  await writeFile(join(dir, `${name}.cjs`), await bundle(`bench/${name}.mjs`))
}
console.log(`built; now run: bellhop bench --bundle ${dir}`)
