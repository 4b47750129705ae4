import { optional } from "../../cli/command/option.ts";
import { checkName, DEFAULT_LAB } from "../base/labName.ts";

/** Option of every command that works on one lab. */
export const labOption = {
  name: optional(
    "NAME",
    `which lab, where several run side by side (default: ${DEFAULT_LAB})`,
    (text) => {
      checkName(text);
      return text;
    },
  ),
};
