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
export function feedbackOn(record, room, changed) {
  const { say } = room;
  const thumbs = { up: thumb("up", say("helpful")), down: thumb("down", say("notHelpful")) };
  const form = reasonForm(say);
  const thanks = element("p", { class: "note" });

  const press = () => Object.entries(thumbs).forEach(([name, node]) => (node.ariaPressed = record.rating === name));
  const rate = async (rating, details) => {
    const feedback = { rating, ...details };
    const told = await room.client.rate(record.id, feedback).then(() => "thanks", () => "unreachable");
    thanks.textContent = say(told);
    room.announce(thanks.textContent);
    if (told !== "thanks") return;
    record.rating = rating;
    press();
    changed();
    room.tell("lectern-rate", { id: record.id, ...feedback });
  };

  for (const [name, node] of Object.entries(thumbs)) {
    node.addEventListener("click", () => {
      const rating = record.rating === name ? null : name;
      form.hidden = rating !== "down";
      rate(rating);
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { reason, comment } = Object.fromEntries(new FormData(form));
    form.hidden = true;
    thumbs.down.focus();
    rate("down", { reason, comment: comment.trim() || undefined });
  });
  press();
  return [thumbs.up, thumbs.down, form, thanks];
}

function thumb(name, label) {
  return button({ class: `icon-button thumb ${name}`, "aria-label": label, title: label }, [drawing(THUMB)]);
}

function reasonForm(say) {
  const choices = REASONS.map((value) =>
    element("label", {}, [element("input", { type: "radio", name: "reason", value }), say(value)]));
  return element("form", { hidden: true }, [
    element("fieldset", {}, [element("legend", {}, [say("whatWasWrong")]), ...choices]),
    element("textarea", { name: "comment", rows: 2, maxlength: 2000, placeholder: say("comment"), "aria-label": say("comment") }),
    element("button", { class: "action" }, [say("send")]),
  ]);
}
