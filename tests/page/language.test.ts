import assert from "node:assert/strict";
import { test } from "node:test";

import { when } from "../../src/cordboard/web/page/parts/format";
import { ENGLISH, type Language } from "../../src/cordboard/web/page/parts/language/en";
import { causeText, LANGUAGES, refusalText, retryText, understood } from "../../src/cordboard/web/page/parts/texts";

/** Words that are the same in two languages, and ought to be. */
const SHARED = new Set(["Chat", "Agent", "Cordboard", "Name", "Status", "Shift", "Console", "Total", "Supervisor", "Notification", "Voz", "Pause", "Intern"]);

function* texts(language: Language): Generator<[string, string]> {
  for (const [table, words] of Object.entries(language)) {
    for (const [key, word] of Object.entries(words as { readonly [key: string]: unknown })) {
      yield [`${table}.${key}`, typeof word === "function" ? String((word as (...args: string[]) => string)("«one»", "«two»")) : String(word)];
    }
  }
}

for (const [code, language] of Object.entries(LANGUAGES)) {
  test(`${code}: there is a text for everything, and what it is told stands in it`, () => {
    const english = new Map(texts(ENGLISH));
    for (const [key, text] of texts(language)) {
      assert.notEqual(text.trim(), "", key);
      assert.ok(!text.includes("undefined"), key);
      for (const mark of ["«one»", "«two»"]) assert.equal(text.includes(mark), english.get(key)?.includes(mark), `${key}: ${mark}`);
    }
  });

  if (code === "en") continue;
  test(`${code}: nothing was left in English`, () => {
    const english = new Map(texts(ENGLISH));
    const bare = (text: string): string => text.replace(/«\w+»|[\s:：…☎]/g, "");
    const left = [...texts(language)].filter(([key, text]) => text === english.get(key) && bare(text) !== "" && !SHARED.has(text));
    assert.deepEqual(left, []);
  });
}

test("the first language that there is, is spoken; else English", () => {
  assert.equal(understood(["fr", "de-AT", "pt"]), "de-AT");
  assert.equal(understood([null, "", undefined, "JA"]), "JA");
  assert.equal(understood(["fr", "constructor"]), "en");
  assert.equal(understood([]), "en");
});

test("causes, refusals and retries have words; what has none is shown as it came", () => {
  assert.equal(causeText("link-failed: OSError"), "Cordboard’s own connector failed");
  assert.equal(causeText("moon-phase"), "moon-phase");
  assert.equal(causeText("constructor"), "constructor");
  assert.equal(retryText("give-up"), "It is not tried again. Please tell whoever runs Cordboard.");
  assert.equal(retryText(""), "");
  assert.equal(refusalText("toString", "no"), "no");
});

test("a moment of another day has its date", () => {
  const now = Date.UTC(2026, 10, 21, 12);
  assert.match(when(now - 60_000, now), /^\d\d:\d\d/);
  assert.match(when(now - 3 * 86_400_000, now), /11\/18\/26/);
});
