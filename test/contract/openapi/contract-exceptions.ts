/** A place where Cal.com's file is known to be wrong about Cal.com's servers. */
export interface ContractException {
  /** `METHOD /path` as in the file. */
  operations: string[] | 'all';
  part: 'request' | 'answer';
  /** A violation that begins with one of these is excused. */
  texts: string[];
  reason: string;
}

/** Each one was measured on a running server; the check fails when one of them excuses nothing any more. */
export const CONTRACT_EXCEPTIONS: ContractException[] = [];
