/** Everything that the generated fast path imports. */
export { isRecord, setField } from '../record.js'
export { patternRegExp } from '../rust-pattern.js'
export { isLongerThan, isShorterThan } from '../text.js'
export { copyFree, copyList, copyRecord, integerOrNull, withExtras } from './copy.js'
export { everyValue, hasOnly, ownField } from './fields.js'
export { hasFreeExtras, isFree, isFreeRecord } from './free.js'
export {
  COMMON_DATE,
  COMMON_DATE_TIME,
  COMMON_TIME,
  hasShortSegments,
  isUtcDateTime,
  MAX_SEGMENT,
  MAX_URL,
  MODEL_REFERENCE,
  NORMAL_URL,
  UUID,
} from './text-checks.js'
