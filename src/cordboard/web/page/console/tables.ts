// How the console's lists look.

import { css } from "lit";

export const tables = css`
  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.9rem;
  }

  th {
    color: var(--faint);
    font-weight: 500;
    text-align: start;
  }

  th,
  td {
    padding: 0.3rem 0.75rem 0.3rem 0;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
  }

  tbody tr:last-child > * {
    border-bottom: 0;
  }

  td button {
    min-height: 1.8rem;
    padding-block: 0.1rem;
  }

  .ready {
    color: var(--good);
  }

  .busy {
    color: var(--accent);
  }

  .working_after_call {
    color: var(--warn);
  }

  .null,
  .not_ready {
    color: var(--faint);
  }
`;
