export * from "../../../../../sdk/js/src/model.js";
