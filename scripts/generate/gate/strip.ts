/**
 * Ajv writes functions that list errors; the gate needs their verdict alone, in half of the size and without the start-up that
 * tables of schemas cost. Its code ends a function at the first failure, so that what it counts and collects is dead and can be
 * struck out, phrase by phrase; test/gate compares what is left with the whole.
 */
import { transform } from 'esbuild'

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

/**
 * A function that asks for each required field once: Ajv asks first whether it is there, then, if it is, what it is; and no check
 * takes `undefined` for what it is. Nor need a value with required fields be asked whether it is an object and no array: nothing
 * else has them all.
 */
function askOnce(code: string): string {
  const missing = /if\((?:[()| ]|data\.\w+ === undefined)+\)\{return false;\}else /.exec(code)?.[0] ?? ''
  const names = [...missing.matchAll(/data\.(\w+)/g)].map(([, name]) => name)
  const isObject = 'typeof data == "object" && data !== null'
  const isSomething = names.some((name = '') => !INHERITED.has(name)) ? 'data !== null && data !== undefined' : isObject
  return names.reduce<string>(
    (shorter, name) => shorter.replace(`if(data.${name} !== undefined){`, '{'),
    names.length === 0
      ? code
      : code.replace(missing, '').replace(' && !Array.isArray(data)', '').replace(isObject, isSomething),
  )
}

/** The names under which values that are no plain objects have something. */
const INHERITED: ReadonlySet<string> = new Set(
  [Object, Array, String, Number, Boolean, Function].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
)

/** What was never changed has the same time twice: comparing two texts costs less than reading the second one. */
function compareTimes(code: string): string {
  let before: string | undefined
  return code.replaceAll(/\((COMMON_DATE_TIME\.test\((data\d+)\))/g, (asked, test: string, name: string) => {
    const compared = before === undefined ? asked : `(${name} === ${before} || ${test}`
    before = name
    return compared
  })
}

/**
 * A list of models that hold no others is checked by a function of its own, with the check of an item in its loop: half a
 * nanosecond less for each, of two and a half.
 */
function checkListsInOneLoop(code: string): string {
  const listFunctions = new Map<string, string>()
  const checked = code.replaceAll(LOOP, (loop, list: string, _: string, model: string) => {
    const body = new RegExp(`function ${model}\\(data\\) \\{\\n(.*?)  return !0;\\n\\}`, 's').exec(code)?.[1]
    if (body === undefined || /\b[A-Z]\w*\(data/.test(body)) return loop
    listFunctions.set(
      model,
      `function ${model}List(items) {const length = items.length;for (let at = 0; at < length; at++) {const data = items[at];${body}}return true;}`,
    )
    return `if (!${model}List(${list})) return false;`
  })
  return `${[...listFunctions.values()].join('')}${checked}`
}

const LOOP =
  /const len\d+ = (data\d+)\.length;\s+for \(let (i\d+) = 0; \2 < len\d+; \2\+\+\)\s+if \(!(\w+)\(\1\[\2\]\)\)\s+return !1;/g

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
