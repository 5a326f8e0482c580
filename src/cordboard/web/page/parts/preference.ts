// What an agent chose for this browser. Where it keeps nothing (storage can be forbidden), the choice lasts as long as the page.

const PREFIX = "cordboard.";

export function preference(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function prefer(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // see above
  }
}
