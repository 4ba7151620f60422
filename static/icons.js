/** Path data of the line drawings, on a 24-unit square. */

export const SEARCH = "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16 16l4.5 4.5";
export const SEND = "M12 19V6M6 12l6-6 6 6";
export const THUMB = "M7 11v9H4v-9ZM7 11l4-7c1.5 0 2.5 1 2.2 2.6L12.7 10H18a2 2 0 0 1 2 2.4l-1.3 6a2 2 0 0 1-2 1.6H7";
export const BACK = "M19 12H5M11 6l-6 6 6 6";
export const ASK = "M20 5H4v12h4v3.5L12.5 17H20ZM8 9.5h8M8 12.75h5";
export const PAGE = "M6 3.5h8l4.5 4.5v12.5H6ZM13.5 3.5v5h5";
export const RECENT = "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.3l3 1.7";
export const ENTER = "M19 6v7H6M10 9l-4 4 4 4";
export const CLOSE = "M6 6l12 12M18 6 6 18";
