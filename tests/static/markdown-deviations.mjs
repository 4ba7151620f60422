/** CommonMark's examples (0.31.2) that we render unlike markdown-it, by the reason. Every other one agrees. */

const SETEXT = "a line that a reader has seen as text does not turn into a heading; --- is a rule, as models mean it";
const REFERENCE = "a link's address comes with the link: a definition may only come after its use was shown";
const ENTITY = "of HTML's 2,000 named characters only the common ones are known";
const EMPTY = "a heading without words is text: it would be an empty heading to a screen reader";
const LANGUAGE = "a language's name is of letters, digits and + # . - as far as they go";
const NESTED = "a bullet nests under a number from two columns on, as models write it";
const MAIL = "mail addresses are no links";

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

export const DEVIATIONS = new Map([
  ...[24].map((number) => [number, LANGUAGE]),
  ...[25, 31, 32, 503, 630].map((number) => [number, ENTITY]),
  ...[59, ...range(80, 84), 86, 89, 90, 91, 95, 96, 102, 103, 115, 141, 300].map((number) => [number, SETEXT]),
  ...[79].map((number) => [number, EMPTY]),
  ...[297].map((number) => [number, NESTED]),
  ...[604, 605].map((number) => [number, MAIL]),
  ...[
    23, 33, ...range(192, 196), 198, 200, ...range(202, 208), 210, ...range(214, 218), 317, ...range(527, 545), 549,
    550, ...range(553, 571), 573, 576, 577, ...range(582, 589), ...range(591, 593),
  ].map((number) => [number, REFERENCE]),
]);
