import { type BertDropout, bertMaskedHead, bertPooling, classifierSteps, ROBERTA_MASKED_HEAD } from './bert.js'
import { call, dropped, give, project, set } from './build.js'
import type { Steps } from './steps.js'
import { labelled } from './text-encoder.js'

/** What the heads of a family's classes are made of. */
export interface BertClasses {
  /** The name of the base model inside the classes. */
  readonly prefix: string
  readonly hiddenSize: number
  readonly activation: string
  readonly dropout: BertDropout
  /** Whether words are predicted by `cls`, as in BERT, or by `lm_head`, as in RoBERTa. Default: `cls`. */
  readonly predictor?: 'cls' | 'lm_head'
  /** Whether a text is classified by one linear layer, or by RoBERTa's two. Default: `linear`. */
  readonly classifier?: 'linear' | 'head'
}

/** The heads of BERT's classes, and of RoBERTa's, from `hidden` to the logits. */
export function bertClasses({
  prefix,
  hiddenSize,
  activation,
  dropout,
  predictor = 'cls',
  classifier = 'linear',
}: BertClasses): Readonly<Record<string, Steps>> {
  const pooled = set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, `${prefix}.pooler`))
  const chosen: Steps = [pooled, give(project('classifier', dropped(dropout.classifier, 'pooled')))]
  return {
    ForMaskedLM: [
      give(
        predictor === 'cls'
          ? call(bertMaskedHead(activation), { hidden: 'hidden' }, 'cls.predictions')
          : call(ROBERTA_MASKED_HEAD, { hidden: 'hidden' }, 'lm_head'),
      ),
    ],
    ForNextSentencePrediction: [pooled, give(project('cls.seq_relationship', 'pooled'))],
    ForSequenceClassification:
      classifier === 'linear'
        ? chosen
        : [give(call(classifierSteps(hiddenSize, 'tanh', dropout), { hidden: 'hidden' }, 'classifier'))],
    ForTokenClassification: labelled('classifier', dropout.classifier),
    ForQuestionAnswering: labelled('qa_outputs'),
    ForMultipleChoice: chosen,
  }
}
