import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PAGE } from '../../scripts/page/page-path.js'
import { modelTypes } from '../../src/architecture/families/index.js'
import { architectureFromConfig, parametersByPart } from '../../src/architecture/index.js'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { groupMissing } from '../../src/cli/formats/check/group-missing.js'
import {
  estimateMemory,
  gpuOf,
  type MemoryMethod,
  minimumGpus,
  planServing,
  type ServingOptions,
} from '../../src/estimate/index.js'
import { checkManifest } from '../../src/manifest/index.js'
import { BROWSER } from '../chromium.js'
import { runCli } from '../cli/run-cli.js'
import { type StartedBrowser, startBrowser } from './browser.js'

/** A config that is none of the page's examples, with field names and sizes of its own. */
const CONFIG = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  vocab_size: 151936,
  max_position_embeddings: 32768,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
}

/** A large model, whose memory has many digits. */
const LARGE = {
  ...CONFIG,
  hidden_size: 16384,
  intermediate_size: 53248,
  num_hidden_layers: 26,
  num_attention_heads: 128,
  num_key_value_heads: 8,
}

/** A family whose forward pass is not described. */
const UNDESCRIBED =
  modelTypes().find((model_type) => {
    const { forward, program } = architectureFromConfig({ model_type })
    return !forward && !program
  }) ?? ''

const ADAPTER = {
  peft_type: 'LORA',
  r: 8,
  lora_alpha: 16,
  base_model_name_or_path: 'meta-llama/Llama-3.1-8B',
  target_modules: ['q_proj', 'v_proj'],
}

/** Around the widths at which the layout changes, and between them. */
const WIDTHS = [360, 430, 560, 700, 820, 880, 960, 1020, 1024, 1100, 1200, 1280, 1600]

const MISSPELT = 'name: llama-3\nfileste: research/x\ntrust_remote_code: "yes" # quoted\n'

const BROKEN = 'name: llama 3\nspec:\n  num_layers: forty\n'

const title = BROWSER === undefined ? ' (not run: no Chromium on this machine; set CHROMIUM_PATH)' : ''

describe.skipIf(BROWSER === undefined)(`the page in Chromium, from a file${title}`, () => {
  let browser: StartedBrowser
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    browser = await startBrowser()
  }, 60_000)

  afterAll(() => browser?.close())

  beforeEach(async () => {
    complaints = []
    page = await browser.context.newPage()
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => {
      // The worker is made of the page's own script, and has an address of its own.
      if (request.url() !== pathToFileURL(PAGE).href && !/^(?:data|blob):/.test(request.url()))
        complaints.push(request.url())
    })
    await page.goto(pathToFileURL(PAGE).href)
    await settled(page)
  })

  afterEach(async () => {
    expect(complaints).toEqual([])
    await page.close()
  })

  test('shows the parameters of a config by part, as the library counts them', async () => {
    await write(page, JSON.stringify(CONFIG))
    const parts = Object.entries(parametersByPart(architectureFromConfig(CONFIG)))
    const shown = await rowsOf(page.locator('#parameters table'))
    expect(Object.fromEntries(shown.map(([part = '', count = '']) => [part, count.replaceAll(',', '')]))).toEqual({
      ...Object.fromEntries(parts.map(([part, count]) => [part, String(count)])),
      total: String(modelSpecFromConfig(CONFIG).spec.base_num_parameters),
    })
  })

  test('shows the spec of a config, field by field', async () => {
    await write(page, JSON.stringify(CONFIG))
    const shown = Object.fromEntries((await rowsOf(page.locator('#spec table'))).map(([name, value]) => [name, value]))
    expect(shown).toMatchObject({ num_layers: '24', num_kv_heads: '2', context_size: '32,768', tied_embeddings: 'yes' })
  })

  test('shows the memory of each method and number of GPUs, as the library estimates it', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.getByLabel('Sequence length, tokens').fill('2048')
    await page.locator('#gpu').selectOption('a10g-24gb')
    await page.getByLabel('Method on several GPUs').selectOption('full-mixed')
    const model = architectureFromConfig(CONFIG)
    const lora = { rank: 32, targetModules: 'all-linear' } as const
    const methods: readonly MemoryMethod[] = ['full', 'full-mixed', 'lora', 'qlora', 'inference']
    const byMethod = methods.map((method) => estimateMemory(model, { method, sequenceLength: 2048, lora }))
    const byCount = [1, 2, 4, 8].map((world) =>
      estimateMemory(model, { method: 'full-mixed', sequenceLength: 2048, world }),
    )
    const [first, second] = [page.locator('#memory table').first(), page.locator('#memory table').nth(1)]
    const totals = async (table: Locator) => (await rowsOf(table)).map(([, total]) => total)
    await expect.poll(() => totals(second)).toEqual(byCount.map(({ totalBytes }) => gib(totalBytes)))
    expect(await totals(first)).toEqual(byMethod.map(({ totalBytes }) => gib(totalBytes)))
    const verdicts = (await rowsOf(first)).map(([, , verdict = '']) => verdict.startsWith('fits'))
    expect(verdicts).toEqual(byMethod.map(({ totalBytes }) => totalBytes <= gpuOf('a10g-24gb').memoryBytes))
    await expect.poll(() => page.locator('#memory svg[role=img]').count()).toBe(2)
  })

  test('plans how to serve a config, as the library does', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.getByRole('tab', { name: 'Serving' }).click()
    const options: ServingOptions = {
      engine: 'sglang',
      gpu: 't4-16gb',
      contextTokens: 8192,
      concurrency: 400,
      images: 0,
    }
    await page.getByLabel('Engine').selectOption('sglang')
    await page.locator('#serving-gpu').selectOption('t4-16gb')
    await page.getByLabel('Context, tokens').fill('8192')
    await page.getByLabel('Sequences at a time').fill('400')
    await page.getByText('More options').click()
    await page.getByLabel('Images of a request').fill('0')
    const plan = planServing(architectureFromConfig(CONFIG), options)
    expect(plan.fits).toBe(false)
    const verdict = `400 sequences of 8,192 tokens do not fit on t4-16gb: ${gib(-plan.headroomBytes)} short.`
    await expect.poll(() => page.locator('#serving-verdict').textContent()).toBe(verdict)
    const [needs, facts] = [page.locator('#serving table').first(), page.locator('#serving table').nth(1)]
    const parts = (await rowsOf(needs)).map(([, size]) => size)
    const { weightBytes, activationBytes, graphBytes, otherBytes, cacheBytes } = plan
    expect(parts).toEqual([weightBytes, activationBytes, graphBytes, otherBytes, cacheBytes].map(gib))
    expect(await rowsOf(facts)).toContainEqual(['tokens in the cache', plan.cacheTokens.toLocaleString('en-US')])
    const changes = await page.locator('#serving .notes').first().locator('li').allTextContents()
    expect(changes).toEqual(
      plan.changes.map(({ change, headroomBytes }) => `${change} (then ${gib(headroomBytes)} to spare)`),
    )
    expect(await page.locator('#memory').isVisible()).toBe(false)
    expect(await axe(page)).toEqual([])
  })

  test('says what cannot be served so, and reaches the tabs and the form by keyboard', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.getByRole('tab', { name: 'Training' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { name: 'Serving' }).getAttribute('aria-selected')).toBe('true')
    await page.getByRole('tabpanel', { name: 'Serving' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator('#engine').evaluate((field) => document.activeElement === field)).toBe(true)
    await page.getByLabel('Tensor parallel, GPUs').fill('3')
    await expect.poll(() => page.locator('#serving').textContent()).toContain('should divide the 14 attention heads')
    await page.getByLabel('Tensor parallel, GPUs').fill('0')
    const message = 'Tensor parallel, GPUs: write a whole number from 1 to 1,024, not 0.'
    await expect.poll(() => page.locator('#serving').textContent()).toContain(message)
    expect(await axe(page)).toEqual([])
    await page.getByRole('tab', { name: 'Serving' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.locator('#memory table').first().waitFor()
    expect(await page.locator('#serving').isVisible()).toBe(false)
  })

  test('offers the versions of the chosen engine', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.getByRole('tab', { name: 'Serving' }).click()
    await page.getByLabel('Engine').selectOption('vllm')
    await page.getByLabel('Version').selectOption('0.8')
    const words = planServing(architectureFromConfig(CONFIG), { engineVersion: '0.8' }).assumptions.at(-2) ?? ''
    expect(words).toContain('vLLM 0.8')
    await expect.poll(() => page.locator('#serving').textContent()).toContain(words)
  })

  test('leaves all that takes long to its worker: a mixture of experts blocks nothing', async () => {
    expect(page.workers()).toHaveLength(1)
    await page.evaluate(() => {
      const seen = { longest: 0, from: performance.now() }
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration)
      }).observe({ type: 'longtask' })
      Object.assign(globalThis, { seen })
    })
    await page.locator('#example').selectOption('Qwen3 30B A3B (experts)')
    await expect.poll(() => page.locator('#memory table tbody tr').count(), { timeout: 15_000 }).toBe(9)
    const { longest, took } = await page.evaluate(() => {
      const { seen } = globalThis as unknown as { seen: { longest: number; from: number } }
      return { longest: seen.longest, took: performance.now() - seen.from }
    })
    // A share, not a time: a busy machine makes both longer.
    expect(longest).toBeLessThan(took / 3)
  })

  test('asks its worker nothing about a text that is being replaced', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.locator('#memory table').first().waitFor()
    // The text and an option change at once: the option is of interest once the text is read.
    await page.evaluate((text) => {
      const area = document.querySelector('textarea')
      if (area) area.value = text
      for (const place of [area, document.querySelector('#options')])
        place?.dispatchEvent(new InputEvent('input', { bubbles: true }))
    }, MISSPELT)
    await expect.poll(() => page.locator('#input-status').textContent()).toMatch(/^manifest: /)
    // What the worker cannot answer would be among the complaints, which every test expects to be none.
    expect(await page.locator('#memory').isVisible()).toBe(false)
  })

  test('makes a manifest of a config that the check finds nothing wrong with, and copies it', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.getByLabel('Name').fill('my-model')
    await page.getByLabel('Fileset').fill('research/my-model')
    await expect.poll(() => page.locator('#manifest pre').textContent()).toContain('fileset: research/my-model')
    await page.getByRole('button', { name: 'Copy manifest' }).click()
    await expect.poll(() => page.locator('#copy-status').textContent()).toBe('Copied.')
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(checkManifest(copied).diagnostics).toEqual([])
    const { name, spec } = parse(copied)
    expect({ name, spec }).toEqual({
      name: 'my-model',
      spec: { ...modelSpecFromConfig(CONFIG, { minimumGpus }).spec, checkpoint_model_name: 'Qwen2ForCausalLM' },
    })
  })

  test('shows the parameters of safetensors files that are dropped', async () => {
    const bytes = safetensors({ 'lm_head.weight': [10, 4], 'model.norm.weight': [4] })
    for (const _ of ['once', 'and again']) await drop(page, 'model.safetensors', bytes)
    const shown = await rowsOf(page.locator('#parameters table'))
    expect(shown.map(([part, count]) => [part, count])).toEqual([
      ['head', '40'],
      ['norm', '4'],
      ['total', '44'],
    ])
    expect(await page.locator('#input-files').textContent()).toContain('model.safetensors')
  })

  test('says which tensors of a config its files lack', async () => {
    await write(page, JSON.stringify(CONFIG))
    await drop(page, 'model.safetensors', safetensors({ 'model.norm.weight': [4] }))
    const shown = await page.locator('#diagnostics').textContent()
    expect(shown).toContain('missing_tensors')
    expect(shown).toContain('model.norm.weight is 4, not 896')
  })

  test('says what is wrong with a file that is none', async () => {
    await drop(page, 'model.safetensors', [1, 2, 3])
    expect(await page.locator('#input-status').textContent()).toContain('model.safetensors has 3 bytes')
  })

  test('shows the diagnostics of a manifest, and takes the caret to a place', async () => {
    await write(page, BROKEN)
    const shown = groupMissing(checkManifest(BROKEN)).map(({ diagnostic }) => diagnostic)
    const places = page.locator('#diagnostics button.place')
    expect(await places.allTextContents()).toEqual(shown.map(({ line, column }) => `line ${line}, column ${column}`))
    for (const { message } of shown) expect(await page.locator('#diagnostics').textContent()).toContain(message)
    // The fields that are missing are one block, and count each, as for the command.
    const { counts } = checkManifest(BROKEN)
    expect(await page.locator('#input-status').textContent()).toBe(`manifest: ${counts.error} errors`)
    await places.first().focus()
    await page.keyboard.press('Enter')
    expect(await selectedText(page)).toBe('llama 3')
    expect(await page.locator('#text').evaluate((area) => document.activeElement === area)).toBe(true)
  })

  test('shows the frames of the command, with secrets masked', async () => {
    const text = `${MISSPELT}api_endpoint:\n  url: http://user:password1@host.example\n  api_key: sk-1234567890\n`
    await write(page, text)
    const { stdout } = runCli(['check', '-'], { input: text, columns: 87 })
    const ofCommand = stdout.split('\n').filter((line) => /^ *\d* \|/.test(line))
    const frames = await page.locator('#diagnostics pre').allTextContents()
    expect(frames.flatMap((frame) => frame.split('\n'))).toEqual(ofCommand)
    expect(await page.locator('#diagnostics').textContent()).not.toMatch(/password1|sk-1234567890/)
  })

  test('fixes what the command fixes, one by one or all', async () => {
    await write(page, MISSPELT)
    await page.getByRole('button', { name: 'Fix: rename "fileste" to "fileset"' }).click()
    await settled(page)
    expect(await textOf(page)).toBe(MISSPELT.replace('fileste', 'fileset'))
    await page.keyboard.press('ControlOrMeta+z')
    await settled(page)
    expect(await textOf(page)).toBe(MISSPELT)
    await page.getByRole('button', { name: 'Fix all' }).click()
    await settled(page)
    const folder = mkdtempSync(join(tmpdir(), 'page-'))
    writeFileSync(join(folder, 'a.yaml'), MISSPELT)
    runCli(['check', '--fix', 'a.yaml'], { cwd: folder })
    expect(await textOf(page)).toBe(readFileSync(join(folder, 'a.yaml'), 'utf8'))
    rmSync(folder, { recursive: true })
    expect(await page.locator('#diagnostics .fix').count()).toBe(0)
  })

  test('names the number that is out of range', async () => {
    await write(page, JSON.stringify(CONFIG))
    await page.getByLabel('LoRA rank').fill('0')
    await expect
      .poll(() => page.locator('#memory').textContent())
      .toContain('LoRA rank: write a whole number from 1 to 65,536, not 0.')
    await page.getByLabel('LoRA rank').fill('8')
    await page.getByLabel('Sequence length, tokens').fill('')
    const message = 'Sequence length, tokens: write a whole number from 1 to 10,000,000.'
    await expect.poll(() => page.locator('#memory').textContent()).toContain(message)
    await page.getByLabel('Sequence length, tokens').fill('1.5')
    await expect.poll(() => page.locator('#memory').textContent()).toContain('to 10,000,000, not 1.5.')
    expect(await axe(page)).toEqual([])
  })

  test('recognises a PEFT adapter, with its weights and without', async () => {
    await write(page, JSON.stringify(ADAPTER))
    const rows = async () => Object.fromEntries(await rowsOf(page.locator('#spec table')))
    expect(await rows()).toEqual({
      kind: 'lora',
      rank: '8',
      alpha: '16',
      'base model': 'meta-llama/Llama-3.1-8B',
      'target modules': 'q_proj, v_proj',
    })
    expect(await page.locator('#input-status').textContent()).toBe('lora adapter: no errors, no warnings')
    const entry = await page.locator('#manifest pre').textContent()
    expect(parse(entry ?? '')).toEqual({
      name: 'llama-3.1-8b-lora',
      workspace: 'default',
      fileset: 'default/llama-3.1-8b-lora',
      finetuning_type: 'lora',
      lora_config: { rank: 8, alpha: 16 },
    })
    expect(await axe(page)).toEqual([])
    const module = 'base_model.model.model.layers.0.self_attn.q_proj'
    const weights = { [`${module}.lora_A.weight`]: [8, 64], [`${module}.lora_B.weight`]: [64, 8] }
    await drop(page, 'adapter_model.safetensors', safetensors(weights))
    expect(await rows()).toMatchObject({ parameters: '1,024', 'adapted modules': '1' })
    await page.getByRole('button', { name: 'Clear' }).click()
    await settled(page)
    await drop(page, 'adapter_model.safetensors', safetensors(weights))
    await expect.poll(() => page.locator('#spec').textContent()).toContain('add its adapter_config.json')
  })

  test('says which kinds of adapters there are', async () => {
    await write(page, JSON.stringify({ ...ADAPTER, peft_type: 'IA3' }))
    expect(await page.locator('#diagnostics').textContent()).toContain('supported types: LORA')
    await page.locator('#diagnostics button.place').first().click()
    expect(await selectedText(page)).toBe('"IA3"')
  })

  test('fits windows from 360 to 1,280 pixels, and keeps its tables tables', async () => {
    const long = `${'long'.repeat(40)}/${'name'.repeat(40)}`
    const inputs = [JSON.stringify(LARGE), MISSPELT, JSON.stringify({ ...ADAPTER, base_model_name_or_path: long })]
    for (const [index, input] of inputs.entries()) {
      await write(page, input)
      // Nine estimates: five methods, four numbers of GPUs.
      if (index === 0) await expect.poll(() => page.locator('#memory table tbody tr').count()).toBe(9)
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 1000 })
        expect([width, await wideThings(page)]).toEqual([width, []])
        if (width === 360) expect(await axe(page)).toEqual([])
      }
      if (index > 0) continue
      await page.getByRole('tab', { name: 'Serving' }).click()
      await page.locator('#serving table').first().waitFor()
      await page.getByText('More options').click()
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 1000 })
        expect([width, await wideThings(page)]).toEqual([width, []])
      }
      await page.getByRole('tab', { name: 'Training' }).click()
    }
  })

  test('places a mistake in a config and in broken JSON', async () => {
    await write(page, '{"model_type": "llama",\n "num_attention_heads": "many"}')
    await page.locator('#diagnostics button.place').first().click()
    expect(await selectedText(page)).toBe('"many"')
    await write(page, '{"model_type": "llama",}')
    expect(await page.locator('#diagnostics').textContent()).toContain('json_invalid')
  })

  test('shows the memory of a manifest with a spec', async () => {
    const { spec } = modelSpecFromConfig(CONFIG)
    await write(page, JSON.stringify({ name: 'm', spec }))
    await expect.poll(() => page.locator('#memory table').count()).toBe(2)
    expect(await page.locator('#manifest').isVisible()).toBe(false)
  })

  test('says so for a family without a forward-pass model', async () => {
    await write(page, JSON.stringify({ model_type: UNDESCRIBED }))
    const words = `No forward-pass model for family ${UNDESCRIBED}`
    await expect.poll(() => page.locator('#memory').textContent()).toContain(words)
    const rows = async () =>
      Object.fromEntries((await rowsOf(page.locator('#memory table').first())).map((row) => [row[0], row]))
    await expect.poll(async () => Object.keys(await rows()).length).toBe(5)
    const { 'full, bf16': full = [], inference = [] } = await rows()
    expect(full[1]).toMatch(/^over /)
    expect(full.slice(4, 6)).not.toContain('0')
    expect(inference.slice(4, 6)).toEqual(['0', '0'])
  })

  test.each(['light', 'dark'] as const)('has nothing that axe finds, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    expect(await axe(page)).toEqual([])
    await write(page, BROKEN)
    expect(await axe(page)).toEqual([])
    await write(page, JSON.stringify(CONFIG))
    await expect.poll(() => page.locator('#memory table').count()).toBe(2)
    expect(await axe(page)).toEqual([])
    await write(page, JSON.stringify({ model_type: UNDESCRIBED }))
    await expect.poll(() => page.locator('#memory .caveat').count()).toBe(1)
    expect(await axe(page)).toEqual([])
  })
})

test('the page lets nothing run but its own script and style', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(PAGE, 'utf8'))?.[1] ?? ''
  expect(policy.replace(/sha256-[\w+/=]{44}/g, 'sha256')).toBe(
    "default-src 'none'; script-src 'sha256'; style-src 'sha256'; worker-src blob:; img-src data:; form-action 'none'; base-uri 'none'",
  )
})

async function write(page: Page, text: string): Promise<void> {
  await page.locator('#text').fill(text)
  await settled(page)
}

/** Gives a file to the page as one does that is dropped on it. */
async function drop(page: Page, name: string, bytes: readonly number[]): Promise<void> {
  await page.evaluate(
    ({ name, bytes }) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([new Uint8Array(bytes)], name))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    },
    { name, bytes },
  )
  await expect.poll(() => page.locator('#input-status').textContent()).not.toMatch(/^Nothing|^config.*warnings$/)
  await settled(page)
}

async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.locator('#input-status').textContent()).not.toBe('Reading …')
}

/** Runs axe in the page; the policy lets no script of ours in, and the debugger's is none of the page's. */
async function axe(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

function rowsOf(table: Locator): Promise<string[][]> {
  return table
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent ?? '')))
}

function textOf(page: Page): Promise<string> {
  return page.locator('#text').inputValue()
}

/** What is wider than the window, or than what is around it. Charts may be scrolled. */
function wideThings(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    const tables = [...document.querySelectorAll('table')].filter(
      (table) => table.scrollWidth > (table.parentElement?.clientWidth ?? 0),
    )
    return [
      ...(scrollWidth > clientWidth ? [`the page is ${scrollWidth} pixels wide`] : []),
      ...tables.map((table) => `${table.caption?.textContent} is ${table.scrollWidth} pixels wide`),
    ]
  })
}

function selectedText(page: Page): Promise<string> {
  return page
    .locator('#text')
    .evaluate((area) =>
      area instanceof HTMLTextAreaElement ? area.value.slice(area.selectionStart, area.selectionEnd) : '',
    )
}

function gib(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(0)} MiB`
}

/** The bytes of a safetensors file with tensors of these shapes, in bfloat16. */
function safetensors(shapes: Readonly<Record<string, readonly number[]>>): number[] {
  let at = 0
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const start = at
    at += 2 * shape.reduce((product, size) => product * size, 1)
    return [name, { dtype: 'BF16', shape, data_offsets: [start, at] }]
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return [...Buffer.concat([length, header, Buffer.alloc(at)])]
}
