export * from "../../../../../sdk/js/src/text.js";
