#!/usr/bin/env node
/** The entry point of the `model-entity` command. */
import { run } from './program.js'

process.exitCode = await run(process.argv.slice(2))
