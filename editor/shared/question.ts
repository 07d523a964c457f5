/** What the runtime answers where it cannot do what was asked. */
export interface Failure {
  readonly code?: string;
  readonly message: string;
}

/** What may come of a question; `aborted` by `stop`. */
export interface Answers<T> {
  readonly answered: (answer: T) => void;
  readonly failed: (failure: Failure) => void;
  readonly aborted: () => void;
  /** In every case, before one of the others. */
  readonly ended: () => void;
  /** Why there is no answer, in words. */
  readonly why: (reason: 'forbidden' | 'notThere' | 'noAnswer') => string;
}

/** Posts a question to the runtime below `openot/`. Gives the function that stops it. */
export function ask<T extends { readonly ok: boolean }>(path: string, body: object, answers: Answers<T>): () => void {
  const request = $.ajax({
    url: `openot/${path}`,
    type: 'POST',
    contentType: 'application/json',
    data: JSON.stringify(body)
  });
  let isStopped = false;
  request.then(
    (answer: T & Failure) => {
      if (isStopped) return;
      answers.ended();
      if (answer.ok) answers.answered(answer);
      else answers.failed(answer);
    },
    (xhr: JQuery.jqXHR) => {
      if (isStopped) return;
      answers.ended();
      const failure = xhr.responseJSON as Failure | undefined;
      if (failure?.code !== undefined) return answers.failed(failure);
      answers.failed({ message: answers.why(reasonOf(xhr.status)) });
    }
  );
  return () => {
    if (isStopped || request.state() !== 'pending') return;
    isStopped = true;
    request.abort();
    answers.ended();
    answers.aborted();
  };
}

function reasonOf(status: number): 'forbidden' | 'notThere' | 'noAnswer' {
  if (status === 401 || status === 403) return 'forbidden';
  return status === 404 ? 'notThere' : 'noAnswer';
}
