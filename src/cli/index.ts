#!/usr/bin/env node
/** The entry point of the `model-entity` command. */
import module from 'node:module'

// Compiling the command takes as long as running it. Node 22.8 and later keep the compiled code in the temporary folder.
const enableCompileCache: unknown = Reflect.get(module, 'enableCompileCache')
if (typeof enableCompileCache === 'function') enableCompileCache()

const { run } = await import('./program.js')

process.exitCode = await run(process.argv.slice(2))
