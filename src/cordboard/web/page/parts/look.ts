// Rules that every element of the pages shares. The colours come from page.css.

import { css } from "lit";

export const look = css`
  :host {
    display: block;
  }

  :host([hidden]) {
    display: none;
  }

  * {
    box-sizing: border-box;
  }

  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  fieldset {
    min-width: 0;
    border: 0;
  }

  a {
    color: var(--accent);
  }

  h2 {
    font-size: 1em;
  }

  h3 {
    font-size: 0.95em;
  }

  :focus {
    outline: none;
  }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  /* A heading that was given the focus is a place to go on from, nothing to press. */
  [tabindex="-1"]:focus-visible {
    outline: none;
  }

  .card {
    padding: 1rem;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--card);
    box-shadow: var(--shade);
  }

  .faint {
    color: var(--faint);
  }

  .small {
    font-size: 0.875em;
  }

  .small .small {
    font-size: 1em;
  }

  .number {
    font-variant-numeric: tabular-nums;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }

  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }

  .spread {
    justify-content: space-between;
  }

  .grow {
    flex: 1 1 10rem;
    min-width: 0;
  }

  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  button,
  input,
  select,
  textarea {
    min-height: 2.25rem;
    padding: 0.35rem 0.75rem;
    border: 1px solid var(--edge);
    border-radius: 6px;
    background: var(--card);
    color: var(--ink);
    font: inherit;
  }

  input,
  select,
  textarea {
    width: 100%;
    padding-inline: 0.6rem;
  }

  input::placeholder {
    color: var(--faint);
    opacity: 1;
  }

  input:placeholder-shown {
    text-overflow: ellipsis;
  }

  /* As high as what is written in it, within reason. */
  textarea {
    display: block;
    min-height: 4.5rem;
    max-height: 12rem;
    resize: vertical;
    field-sizing: content;
  }

  label {
    display: block;
  }

  .stack > label > :is(input, select):not([type="checkbox"]) {
    margin-top: 0.25rem;
  }

  button {
    cursor: pointer;
  }

  button.icon {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    padding-inline: 0.5rem;
  }

  svg {
    flex: none;
  }

  button:hover:not([aria-disabled="true"]) {
    border-color: var(--accent);
    background: var(--sunk);
  }

  button.main {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--accent-ink);
    font-weight: 600;
  }

  button.main:hover:not([aria-disabled="true"]) {
    background: color-mix(in srgb, var(--accent) 88%, var(--ink));
  }

  button.danger {
    border-color: var(--bad);
    color: var(--bad);
  }

  button.plain {
    border-color: transparent;
    background: transparent;
  }

  button[aria-pressed="true"] {
    border-color: var(--accent);
    box-shadow: inset 0 0 0 1px var(--accent);
  }

  button[role="switch"][aria-checked="true"] {
    border-color: var(--accent);
    color: var(--accent);
    font-weight: 600;
  }

  button[aria-disabled="true"] {
    border-color: var(--line);
    background: transparent;
    color: var(--faint);
    font-weight: 400;
    opacity: 0.62;
    cursor: not-allowed;
  }

  button.plain[aria-disabled="true"] {
    border-color: transparent;
  }

  dialog {
    width: min(28rem, calc(100vw - 1rem));
    max-height: min(40rem, calc(100vh - 1rem));
    padding: 1rem;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--card);
    color: var(--ink);
  }

  dialog .heading {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem;
  }

  dialog::backdrop {
    background: var(--veil);
  }

  /* A panel within a page is narrow: smaller, but nothing below 12 pixels. */
  @container (width < 37.5rem) {
    .card {
      padding: 0.6rem 0.7rem;
    }

    .stack {
      gap: 0.5rem;
    }

    .row {
      gap: 0.35rem;
    }

    button,
    input,
    select,
    textarea {
      min-height: 2rem;
      padding: 0.2rem 0.5rem;
    }

    textarea {
      min-height: 3.2rem;
    }

    dialog {
      padding: 0.6rem;
    }
  }

  @container (width < 221px) {
    .card {
      padding: 0.45rem 0.5rem;
      border-radius: 6px;
    }

    button,
    input,
    select,
    textarea {
      padding: 0.15rem 0.35rem;
    }
  }
`;
