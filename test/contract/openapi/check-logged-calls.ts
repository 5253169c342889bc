import { ContractException } from './contract-exceptions';
import { OpenApiContract, Query } from './openapi-contract';

/** One entry of the sandbox's `GET /_sandbox/calls`, as far as it is read here. */
export interface LoggedCall {
  method: string;
  path: string;
  query: unknown;
  apiVersion: string | null;
  /** Fingerprint of the key; null when the call carried none. */
  key: string | null;
  body: unknown;
  status: number;
  answer: unknown;
}

export interface Violation {
  /** `POST /v2/bookings` */
  operation: string;
  part: 'request' | 'answer';
  text: string;
}

export interface ContractReport {
  /** Requests checked. */
  requests: number;
  /** 2xx answers checked. */
  answers: number;
  violations: Violation[];
  /** Exceptions that excused at least one violation. */
  used: ContractException[];
}

/** Checks every call against Cal.com's file; what an exception excuses is left out of the violations. */
export function checkLoggedCalls(
  calls: LoggedCall[],
  contract: OpenApiContract,
  exceptions: ContractException[] = [],
): ContractReport {
  const found = new Map<string, Violation>();
  const used = new Set<ContractException>();
  for (const call of calls) {
    for (const violation of violationsOf(call, contract)) {
      const excuse = exceptions.find((exception) => excuses(exception, violation));
      if (excuse) used.add(excuse);
      else found.set(`${violation.operation} ${violation.part} ${violation.text}`, violation);
    }
  }
  return {
    requests: calls.length,
    answers: calls.filter(({ status }) => status < 300).length,
    violations: [...found.values()],
    used: [...used],
  };
}

/** The line a check prints. */
export function contractLine({ requests, answers, used }: ContractReport): string {
  return `contract: ${requests} requests and ${answers} answers checked, ${used.length} exceptions`;
}

function violationsOf(call: LoggedCall, contract: OpenApiContract): Violation[] {
  const { method, apiVersion, body, status, answer } = call;
  const path = call.path.split('?')[0] ?? call.path;
  const operation = contract.nameOf(method, path) ?? `${method} ${path}`;
  const headers = {
    ...(apiVersion === null ? {} : { 'cal-api-version': apiVersion }),
    ...(call.key === null ? {} : { authorization: 'Bearer' }),
  };
  const request = contract.checkRequest(method, path, (call.query ?? {}) as Query, headers, body);
  const response = contract.checkResponse(method, path, apiVersion ?? undefined, status, answer);
  return [
    ...request.map((text): Violation => ({ operation, part: 'request', text })),
    ...response.map((text): Violation => ({ operation, part: 'answer', text })),
  ];
}

function excuses(exception: ContractException, violation: Violation): boolean {
  const { operations, part, texts } = exception;
  return (
    part === violation.part && operations.test(violation.operation) && texts.some((text) => text.test(violation.text))
  );
}
