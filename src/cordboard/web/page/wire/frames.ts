export * from "../../../../../sdk/js/src/frames.js";
