// Whom the hub lets embed a page, as it wrote them into it: origins, and patterns for all below a domain.

const NAMES = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** Some origins, and perhaps all of a kind. */
export interface Origins {
  has(origin: string): boolean;
}

/** `written`: between spaces, each an origin or ``https://*.crm.example``, which stands for one name or more before the domain. */
export function origins(written: string, ...more: readonly string[]): Origins {
  const listed = [...more, ...written.split(" ").filter((item) => item !== "")];
  const exact = new Set(listed.filter((item) => !item.includes("*")));
  const patterns = listed.filter((item) => item.includes("://*."));
  return { has: (origin) => exact.has(origin) || patterns.some((pattern) => fits(pattern, origin)) };
}

function fits(pattern: string, origin: string): boolean {
  const [scheme = "", domain = ""] = pattern.split("*", 2);
  if (!origin.startsWith(scheme) || !origin.endsWith(domain)) return false;
  return NAMES.test(origin.slice(scheme.length, -domain.length));
}
