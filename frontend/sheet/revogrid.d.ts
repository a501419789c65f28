/* The package names its loader in another file, which also changes every HTMLElement of the page. */
declare module '*/revogrid/dist/esm/loader.js' { export function defineCustomElements(win: Window): Promise<void> }
