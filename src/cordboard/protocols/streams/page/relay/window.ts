// The login window: asks who you are, unless the browser knows, and hands the login over to the page that opened it.

import type { CcpAccount } from "./account";
import { offer } from "./handoff";

/** Runs the window until it is closed. */
export async function signInWindow(account: CcpAccount): Promise<void> {
  const line = document.querySelector<HTMLElement>("#status");
  const say = (text: string): void => void (line !== null && (line.textContent = text));
  if (!(await account.restore().catch(() => false))) await asked(account, say);
  const opener: Window | null = window.opener;
  say(opener === null ? "Signed in." : "Signed in. You can close this window.");
  if (opener !== null) offer(opener, location.origin, () => account.token());
}

function asked(account: CcpAccount, say: (text: string) => void): Promise<void> {
  const form = document.createElement("form");
  const user = field(form, "Name", "username", "text");
  const password = field(form, "Password", "current-password", "password");
  const button = document.createElement("button");
  button.className = "main";
  button.textContent = "Sign in";
  form.append(button);
  document.querySelector("main")?.append(form);
  user.focus();
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      button.disabled = true;
      account.signIn(user.value, password.value).then(
        () => {
          form.remove();
          resolve();
        },
        (error: unknown) => {
          say(refused(error));
          button.disabled = false;
          password.value = "";
          password.focus();
        },
      );
    });
  });
}

function field(form: HTMLFormElement, text: string, autocomplete: AutoFill, type: string): HTMLInputElement {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = type;
  input.autocomplete = autocomplete;
  input.required = true;
  label.append(text, input);
  form.append(label);
  return input;
}

function refused(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  switch (code) {
    case "wrong-password":
      return "Name or password is wrong.";
    case "too-many-requests":
      return "Too many tries. Wait a minute.";
    case "offline":
      return "The hub is out of reach.";
    default:
      return `Signing in failed (${code || "internal"}).`;
  }
}
