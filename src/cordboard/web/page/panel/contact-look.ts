// How a contact looks.

import { css } from "lit";

export const contactLook = css`
  article.card {
    border-left: 0.4rem solid var(--tone, var(--line));
  }

  article.offered {
    border-color: var(--accent);
    background: color-mix(in srgb, var(--accent) 7%, var(--card));
  }

  .offered button {
    min-width: 8rem;
    min-height: 2.75rem;
    font-size: 1.1rem;
  }

  .offered {
    --tone: var(--accent);
  }

  .offered .phase {
    color: var(--accent);
    font-weight: 650;
  }

  .wrap_up {
    --tone: var(--warn);
  }

  .active,
  .dialling {
    --tone: var(--good);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 0.5rem;
  }

  header > div {
    flex: 1 1 50%;
    min-width: min-content;
    max-width: 100%;
  }

  .what {
    flex-basis: 100%;
  }

  h2 {
    font-size: 1.35em;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }

  .folded {
    cursor: pointer;
  }

  .about p {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
  }

  .ways button {
    min-width: 5em;
  }

  dl {
    display: grid;
    grid-template-columns: fit-content(45%) 1fr;
    gap: 0.1rem 0.75rem;
    overflow-wrap: anywhere;
  }

  @container (width < 37.5rem) {
    article.card {
      border-left-width: 0.25rem;
    }

    /* The whole of a long name is said on hover, and by a screen reader. */
    h2 {
      display: -webkit-box;
      overflow: hidden;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      font-size: 1.15em;
    }

    /* It is not a name, but what is to be done. */
    .task h2 {
      -webkit-line-clamp: 4;
    }

    .ways {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(5.9em, 46%), 1fr));
      gap: 0.35rem;
    }

    .ways button {
      width: 100%;
      min-width: 0;
      height: 100%;
      padding-inline: 0.1rem;
      hyphens: auto;
      overflow-wrap: break-word;
    }

    .offered .ways {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }

    .ways > .danger:nth-child(n + 4),
    .offered .ways > .danger:nth-child(3) {
      grid-column: 1 / -1;
    }

    .offered button {
      min-width: 0;
      min-height: 2.5rem;
      font-size: 1.05em;
    }

    .offered .ways > .danger:nth-child(3) {
      min-height: 1.9rem;
      font-size: 1em;
    }

    /* Little room: what one presses goes before what one reads. */
    cb-call[several] {
      order: 1;
    }

    dl,
    .records,
    cb-talk.behind {
      order: 2;
    }

    cb-notes,
    cb-promise {
      order: 3;
    }

    dl {
      grid-template-columns: fit-content(40%) 1fr;
    }
  }

  /* Three stand in a row here: what ends the call takes what is left of the last. */
  @container (221px <= width < 24rem) {
    .ways > .danger:nth-child(n + 4):nth-child(3n + 2) {
      grid-column: span 2 / -1;
    }
  }

  @container (width < 221px) {
    .ways > .danger:nth-child(3) {
      grid-column: 1 / -1;
    }

    .ways > .danger:nth-child(n + 4):nth-child(2n) {
      grid-column: auto;
    }

    .offered button {
      padding-inline: 0;
      font-size: 0.95em;
    }
  }
`;
