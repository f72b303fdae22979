/** How to convert a pickle. It must be executed for that, so only do it with files that you trust. */
export function conversionOf(file: string): string {
  return metaConversion([file]) ?? OF_TRANSFORMERS
}

const OF_TRANSFORMERS =
  "if you trust it, convert it: python -c \"from transformers import AutoModel; AutoModel.from_pretrained('.').save_pretrained('.')\""

/**
 * How to convert the files that Meta publishes (`consolidated.00.pth`, one for each GPU), or `undefined` if there are none.
 * transformers 4.47 is the last release that contains the converter. With these packages 4.47.1 converted tiny files of Llama 3.1 in one
 * part and in two; it reads `params.json` and `tokenizer.model` beside them, the latter with tiktoken or, for Llama 1 and 2, sentencepiece.
 */
export function metaConversion(files: readonly string[]): string | undefined {
  const count = files.filter(isMetaFile).length
  if (count === 0) return undefined
  return [
    `if you trust ${count === 1 ? 'it' : 'them'}, convert Meta's format (with the version of your Llama: 1, 2, 3, 3.1 or 3.2):`,
    `pip install "transformers<4.48" torch accelerate tiktoken sentencepiece && python -m transformers.models.llama.convert_llama_weights_to_hf`,
    `--input_dir . --num_shards ${count} --llama_version 3.1 --output_dir converted`,
  ].join(' ')
}

/** Whether a file is one of those that Meta publishes. */
export function isMetaFile(file: string): boolean {
  return /^consolidated\.\d+\.pth$/.test(file)
}
