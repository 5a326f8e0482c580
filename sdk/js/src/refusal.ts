/** Somebody said no, for certain. `code` is one of the model's `ERRORS`, or `offline` when there was no answer at all. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

/** Whether asking again would bring the same answer. */
export function isFinal(error: unknown): error is Refusal {
  return error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 429;
}
