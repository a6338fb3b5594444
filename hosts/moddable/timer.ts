/// <reference types="@moddable/typings/timer.d.ts" />
// The only import of a module that exists on devices alone. What stands on it is in other files, which take a timer as an argument.
export { default as Timer } from "timer";
