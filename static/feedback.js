/** What a reader thinks of an answer: up with one click, down with a reason and a comment for who wants to. */

import { button, drawing, element } from "./dom.js";
import { THUMB } from "./icons.js";

const REASONS = ["incorrect", "outdated", "incomplete", "irrelevant", "unclear", "other"];

/**
 * @param {{id?: string, rating?: string | null}} record of the answer; gets the rating
 * @param {import("./box.js").Room} room
 * @param {() => void} changed
 * @returns {Element[]}
 */
export function feedbackOn(record, { client, say, announce, tell }, changed) {
  let latest;
  const rate = async (rating, details) => {
    const { id } = record;
    const feedback = (latest = { rating, ...details });
    const said = await client.rate(id, feedback).then(() => "thanks", () => "unreachable");
    if (latest !== feedback) return;
    announce((note.textContent = say(said)));
    // What could not be sent stays to be sent again.
    if (said !== "thanks") return;
    if (form.matches(":focus-within")) thumbs[1].focus();
    form.hidden = rating !== "down" || details;
    record.rating = rating;
    press();
    changed();
    tell("lectern-rate", { id, ...feedback });
  };
  const thumbs = ["up", "down"].map((name) =>
    button({ class: `icon-button ${name}`, title: say(name) }, [drawing(THUMB)], () =>
      rate(record.rating === name ? null : name)));
  const press = () => thumbs.forEach((thumb) => (thumb.ariaPressed = thumb.matches(`.${record.rating}`)));
  const note = element("p", { class: "note" });
  const form = reasonForm(say);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rate("down", Object.fromEntries(new FormData(form)));
  });
  press();
  return [element("span", { class: "thumbs" }, thumbs), form, note];
}

function reasonForm(say) {
  const choices = REASONS.map((value) =>
    element("label", {}, [element("input", { type: "radio", name: "reason", value }), say(value)]));
  const label = say("comment");
  return element("form", { hidden: true }, [
    element("fieldset", {}, [element("legend", {}, [say("whatWasWrong")]), ...choices]),
    element("textarea", { name: "comment", rows: 2, maxlength: 2000, placeholder: label, "aria-label": label }),
    element("button", { class: "action" }, [say("send")]),
  ]);
}
