/**
 * Ajv writes functions that list errors; the gate needs their verdict alone, in half of the size and without the start-up that
 * tables of schemas cost. Its code ends a function at the first failure, so that what it counts and collects is dead and can be
 * struck out, phrase by phrase; test/gate compares what is left with the whole.
 */
import { transform } from 'esbuild'
import { askOnce, checkListsInOneLoop, compareTimes } from './quicken.js'

/** Ajv's standalone output without its errors, the functions named by their models, laid out for a reader. */
export async function stripErrors(standalone: string): Promise<string> {
  const bare = PHRASES.reduce((code, [phrase, replacement]) => code.replace(phrase, replacement), standalone)
  const leftover = /\b(?:v?[eE]rrors|_errs\d|_?valid\d|missing\d|schema\d|instancePath)\w*/.exec(bare)
  if (leftover !== null)
    throw new Error(
      `cannot strip Ajv's output: ${leftover[0]} is left of it: ${bare.slice(leftover.index, leftover.index + 80)}`,
    )
  const once = bare.replaceAll(/function .*?(?=export const|$)/gs, (code) => compareTimes(askOnce(code)))
  return layOut(checkListsInOneLoop(await layOut(nameByModel(once))))
}

async function layOut(code: string): Promise<string> {
  return (await transform(code, { minifySyntax: true })).code
}

function nameByModel(code: string): string {
  return [...code.matchAll(/export const (\w+) = (validate\d+);/g)].reduce(
    (named, [line, model = '', ajvName]) =>
      named.replace(line, '').replaceAll(new RegExp(`\\b${ajvName}\\b`, 'g'), model),
    code,
  )
}

/** What goes, and what stays in its place. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/"use strict";/g, ''],
  [/const schema\d+ = \{.*?\};(?=function )/g, ''],
  [/\(data, \{instancePath="".*?\}=\{\}\)\{\/\*.*?\*\/;/g, '(data){'],
  [/let vErrors = null;let errors = 0;/g, ''],
  [/validate\d+\.errors = (?:vErrors|\[\{.*?\}\]);(?=return )/g, ''],
  [/, \{instancePath:.*?,rootData\}/g, ''],
  [/vErrors = vErrors === null \? .*?;errors = vErrors\.length;/g, 'return false;'],
  [/const _errs\d+ = errors;/g, ''],
  [/errors === (?:0|_errs\d+)/g, 'true'],
  [/_errs\d+ === errors/g, 'true'],
  [/let missing\d+;/g, ''],
  [/ && \(missing\d+ = "\w+"\)/g, ''],
  [/else \{var valid\d+ = true;\}/g, ''],
  [/(?:var|let) _?valid\d+ = true;/g, ''],
  [/_?valid\d+ = true;/g, ''],
  [/if\(!_?valid\d+\)\{break;\}/g, ''],
  [/if\(_?valid\d+\)\{/g, '{'],
  [/let data/g, 'var data'],
  // Asking any value whether it is truthy costs the engine more than asking an object whether it is null.
  [/(data\d*) && typeof data\d* == "object"/g, 'typeof $1 == "object" && $1 !== null'],
]
