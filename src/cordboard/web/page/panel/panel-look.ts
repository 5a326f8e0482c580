// How the panel is laid out: by the width it has, not by the window's.

import { css } from "lit";

export const panelLook = css`
  :host {
    height: 100vh;
    height: 100dvh;
    overflow: hidden;
    container-type: inline-size;
    background: var(--ground);
    color: var(--ink);
  }

  .shell {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
  }

  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    padding: 0.5rem clamp(0.5rem, 3cqi, 1.5rem);
    border-bottom: 1px solid var(--line);
    background: var(--card);
  }

  .top .row {
    flex-wrap: nowrap;
  }

  h1 {
    overflow: hidden;
    font-size: 1.1em;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  main {
    overflow: auto;
    padding: clamp(0.5rem, 2cqi, 1.5rem);
  }

  .room {
    display: grid;
    grid-template: "state" "contacts" "side" / minmax(0, 1fr);
    gap: 1rem;
    max-width: 80rem;
    margin: 0 auto;
  }

  .state {
    grid-area: state;
  }

  .contacts {
    display: grid;
    grid-area: contacts;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 1rem;
  }

  .side {
    display: grid;
    grid-area: side;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 1rem;
  }

  .empty {
    padding: 2.5rem 1rem;
    border: 1px dashed var(--line);
    border-radius: 8px;
    text-align: center;
  }

  summary {
    cursor: pointer;
    font-weight: 650;
  }

  details cb-board {
    margin-top: 0.75rem;
  }

  @container (width < 37.5rem) {
    .shell {
      font-size: 14px;
    }

    .top {
      gap: 0.25rem;
      padding-block: 0.2rem;
    }

    .top .row {
      gap: 0;
    }

    .room,
    .contacts,
    .side {
      gap: 0.5rem;
    }

    .empty {
      padding: 1.5rem 0.5rem;
    }
  }

  @container (width < 221px) {
    .shell {
      font-size: 13px;
    }

    .top {
      padding-inline: 0.4rem 0.15rem;
    }

    .top button {
      padding-inline: 0.15rem;
    }

    h1 {
      font-size: 1em;
    }

    h1 span {
      display: none;
    }

    .room,
    .contacts {
      gap: 0.35rem;
    }

    main {
      padding: 0.35rem;
    }
  }

  @container (width >= 60rem) {
    .room {
      grid-template: "state contacts" auto "side contacts" 1fr / 22rem minmax(0, 1fr);
    }
  }
`;
