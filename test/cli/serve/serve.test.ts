import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'

const CLI = new URL('../../../dist/cli.js', import.meta.url).pathname

describe('model-entity validate --serve', () => {
  it('answers each line before the next one is sent, in order', async () => {
    const server = spawn(process.execPath, [CLI, 'validate', '--serve', '--model', 'Lora'])
    const answers = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
    for (const [body, ok] of [
      ['{"rank": 8}', true],
      ['{"rank": "x"}', false],
      ['', false],
      ['{', false],
    ] as const) {
      server.stdin.write(`${body}\n`)
      const { value } = await answers.next()
      expect(JSON.parse(value).ok).toBe(ok)
    }
    server.stdin.end()
    expect(await new Promise((resolve) => server.on('exit', resolve))).toBe(0)
  })

  it('goes on after hostile lines, with one answer for each', async () => {
    const deep = '['.repeat(100_000)
    const lines = [
      deep,
      `{"model":"ModelEntity","body":${JSON.stringify(deep)}}`,
      'x'.repeat(3_000_000),
      '\u0000\u0001',
      '{"model":"Lora","body":"{\\"rank\\":8}"}',
    ]
    const server = spawn(process.execPath, [CLI, 'validate', '--serve', '--max-line', '1000000'])
    server.stdin.end(`${lines.join('\n')}\n`)
    const answers: unknown[] = []
    for await (const line of createInterface({ input: server.stdout })) answers.push(JSON.parse(line))
    expect(answers).toEqual([
      { error: 'the line is not JSON in UTF-8' },
      { ok: false, status: 400, detail: 'There was an error parsing the body' },
      { error: 'the line is longer than 1000000 bytes' },
      { error: 'the line is not JSON in UTF-8' },
      { ok: true, value: { rank: 8, alpha: null } },
    ])
  })

  it('ends quietly when nobody reads its answers', async () => {
    const server = spawn(process.execPath, [CLI, 'validate', '--serve', '--model', 'Lora'])
    server.stdout.destroy()
    server.stdin.on('error', () => undefined)
    server.stdin.end('{"rank": 8}\n'.repeat(10_000))
    expect(await new Promise((resolve) => server.on('exit', resolve))).toBe(0)
  })
})
