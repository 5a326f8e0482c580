export * from "../../../../../sdk/js/src/backoff.js";
