// The head of the console and of the inspector: what they are, where else one can go, and the way out.

import { css } from "lit";

export const top = css`
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    padding: 0.5rem clamp(0.75rem, 3vw, 1.5rem);
    border-bottom: 1px solid var(--line);
    background: var(--card);
  }

  h1 {
    font-size: 1.1rem;
  }

  .trouble {
    padding: 0.5rem clamp(0.75rem, 3vw, 1.5rem);
    border-bottom: 1px solid var(--line);
    background: color-mix(in srgb, var(--warn) 14%, var(--card));
  }

  /* So that what stands in it knows when there is little room. Fixed things stay outside. */
  main {
    container-type: inline-size;
  }

  @media (width < 40rem) {
    .top {
      gap: 0.1rem 0.75rem;
      padding: 0.35rem 0.6rem;
      font-size: 0.875rem;
    }

    h1 {
      font-size: 1rem;
    }

    .top .row {
      gap: 0 0.75rem;
    }

    .top .row button {
      min-height: 1.6rem;
      padding: 0;
    }
  }
`;
