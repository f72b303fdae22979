import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FAMILIES, familyOf, languageModelOf } from '../../src/architecture/families/index.js'
import type { Family } from '../../src/architecture/family.js'

const FOLDER = join(import.meta.dirname, '../../src/architecture/families')
const familyFiles = readdirSync(FOLDER)
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => name !== 'all' && name !== 'index')

it('every file of a family is registered', async () => {
  const families = await Promise.all(familyFiles.map(exportedBy))
  expect(familyFiles.filter((_, index) => !families[index]?.every((each) => FAMILIES.includes(each)))).toEqual([])
  expect(families.flat()).toHaveLength(FAMILIES.length)
})

it('is named after the model type that it describes, and no two describe the same', async () => {
  for (const name of familyFiles) {
    const [family, ...others] = await exportedBy(name)
    expect(others, name).toEqual([])
    expect(family?.modelTypes[0]?.replaceAll('_', '-'), name).toBe(name)
  }
  const described = FAMILIES.flatMap((family) => family.modelTypes)
  expect(new Set(described).size).toBe(described.length)
})

it('no two families are the language model of the same multimodal model', () => {
  const wholes = FAMILIES.flatMap((family) => family.languageModelOf ?? [])
  expect(new Set(wholes).size).toBe(wholes.length)
  expect(wholes.filter((whole) => familyOf(whole))).toEqual([])
  expect(wholes.filter((whole) => !familyOf(languageModelOf(whole) ?? ''))).toEqual([])
})

async function exportedBy(name: string): Promise<Family[]> {
  return Object.values(await import(`${FOLDER}/${name}.ts`))
}
