import { safetensorsFile } from '../../safetensors-file.js'
import type { HubRepository } from './hub-server.js'

const text = (content: unknown) => new TextEncoder().encode(JSON.stringify(content))
const WEIGHTS = [{ name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [4096, 1024] }] as const

/** The config of every repository. */
export const CONFIG = { model_type: 'llama' }

const FILES = { 'config.json': text(CONFIG), 'model.safetensors': safetensorsFile(WEIGHTS) }
const DOCS = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`docs/${index}.md`, text('x')]))

/** Repositories that are public, private, gated, disabled, renamed, and without the branch `main`. */
export const REPOSITORIES: Readonly<Record<string, HubRepository>> = {
  'org/model': { files: { ...DOCS, ...FILES } },
  'org/private': { files: FILES, token: 'hf_secret' },
  'org/gated': { files: FILES, gated: ['hf_granted'] },
  'org/disabled': { files: FILES, isDisabled: true },
  'org/branch': { files: FILES, revision: 'refs/pr/1' },
  'org/old': { files: {}, movedTo: 'org/model' },
}
