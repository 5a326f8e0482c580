// The colour of each state of an agent.

import { css } from "lit";

export const tones = css`
  .null,
  .not_ready {
    --tone: var(--faint);
  }

  .ready {
    --tone: var(--good);
  }

  .busy {
    --tone: var(--accent);
  }

  .working_after_call {
    --tone: var(--warn);
  }
`;
