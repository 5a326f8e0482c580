// Every text of the pages, in the language that the document says it is in (`<html lang>`).
//
// The tables are one per language, all of one shape. What is exported here looks a word up when it is used, so whoever
// renders after the language was chosen renders in it.

import { GERMAN } from "./language/de";
import { ENGLISH, type Language } from "./language/en";
import { JAPANESE } from "./language/ja";
import { PORTUGUESE } from "./language/pt";

export const LANGUAGES: { readonly [code: string]: Language } = { en: ENGLISH, de: GERMAN, pt: PORTUGUESE, ja: JAPANESE };

/** What each is called by those who speak it. */
export const LANGUAGE_NAMES: { readonly [code: string]: string } = { en: "English", de: "Deutsch", pt: "Português", ja: "日本語" };

/** The first of these tags (`de-AT`, `pt`) whose language there is; English if none is. */
export function understood(wanted: readonly (string | null | undefined)[]): string {
  return wanted.find((tag): tag is string => tag != null && languageOf(tag) !== undefined) ?? "en";
}

export const STATES = table("states");
export const BRIEF_STATES = table("briefStates");
export const PHASES = table("phases");
export const CONNECTIONS = table("connections");
export const ENDINGS = table("endings");
export const CALLS = table("calls");
export const DIRECTIONS = table("directions");
export const MEDIA = table("media");
export const TARGETS = table("targets");
export const KINDS = table("kinds");
export const ROLES = table("roles");
/** What stands on the buttons. */
export const CONTROLS = table("controls");
export const RINGTONES = table("ringtones");
export const SHORTCUTS = table("shortcuts");
export const TEXTS = table("texts");

/** The sentence for a refusal; one that the table lacks is told in the server's words. */
export function refusalText(code: string, message = ""): string {
  return word("refusals", code) ?? (message !== "" ? message : code);
}

/** Why a line is down or an agent is held back; a word that the table lacks is shown as it came. */
export function causeText(cause: string): string {
  return word("causes", cause.replace(/:.*/s, "")) ?? cause;
}

/** What becomes of a line that is down. */
export function retryText(retry: string): string {
  return word("retries", retry) ?? "";
}

/** Whether a call is recorded. */
export function recordingText(recording: string): string {
  return word("recordings", recording) ?? recording;
}

function table<K extends keyof Language>(name: K): Language[K] {
  return new Proxy(ENGLISH[name], { get: (_, key) => Reflect.get(spoken()[name], key) as unknown });
}

function word(name: keyof Language, key: string): string | undefined {
  const words = spoken()[name] as { readonly [key: string]: unknown };
  const found = Object.hasOwn(words, key) ? words[key] : undefined;
  return typeof found === "string" ? found : undefined;
}

function spoken(): Language {
  return (typeof document === "undefined" ? undefined : languageOf(document.documentElement.lang)) ?? ENGLISH;
}

function languageOf(tag: string): Language | undefined {
  const code = tag.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(LANGUAGES, code) ? LANGUAGES[code] : undefined;
}
