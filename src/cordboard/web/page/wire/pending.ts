export * from "../../../../../sdk/js/src/pending.js";
