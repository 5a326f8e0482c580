export * from "../../../../../sdk/js/src/stream.js";
