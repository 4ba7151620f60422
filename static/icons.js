/** Path data of the line drawings, on a 24-unit square. */

export const SEARCH = "M11 4a7 7 0 1 0 .1 0M16 16l5 5";
export const SEND = "M12 19V6M6 12l6-6 6 6";
export const THUMB = "M7 11v9H4v-9Zl4-7q3 0 2 3l-1 3h8l-2 10H7";
export const BACK = "M19 12H5M11 6l-6 6 6 6";
export const ASK = "M20 5H4v12h4v4l5-4h7ZM8 9h8M8 13h5";
export const PAGE = "M6 4h8l4 4v12H6ZM14 4v4h4";
export const ENTER = "M19 6v7H6M10 9l-4 4 4 4";
export const CLOSE = "M6 6l12 12M18 6 6 18";
