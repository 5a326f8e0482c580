// The few HTTP doors that a page of ours uses.

import { Refusal } from "../../../../../sdk/js/src/refusal.js";
import { jsonText } from "../../../../../sdk/js/src/text.js";
import type { ErrorBody } from "./model";

export { Refusal };

/** The JSON answer of a door. Throws `Refusal`. */
export async function called<T>(method: "GET" | "POST", path: string, body?: unknown, token = ""): Promise<T> {
  const headers: { [name: string]: string } = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token !== "") headers["authorization"] = `Bearer ${token}`;
  const request: RequestInit = { method, headers };
  if (body !== undefined) request.body = jsonText(body);
  const reply = await fetch(path, request).catch(() => {
    throw new Refusal("offline", 0, "no answer");
  });
  const answer: unknown = await reply.json().catch(() => undefined);
  if (reply.ok) return answer as T;
  const error = (answer as { error?: Partial<ErrorBody> } | undefined)?.error ?? (answer as Partial<ErrorBody> | undefined);
  throw new Refusal(error?.code ?? "internal", reply.status, error?.message ?? "");
}

/** Where the native protocol's socket is, seen from this page. */
export function socketUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/socket`;
}
