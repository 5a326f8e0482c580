// How stations on a way look, one behind the other.

import { css } from "lit";

export const passage = css`
  .passage {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.5rem;
    color: var(--faint);
    font-size: 0.8rem;
    overflow-wrap: anywhere;
  }

  .passage > * {
    min-width: 0;
  }

  .passage > * + *::before {
    content: "→ ";
  }
`;
