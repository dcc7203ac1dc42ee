// What makes the page live: without this script everything works by loading pages.
"use strict";

const live = document.querySelector("[data-live]");
const question = document.getElementById("question");
const BUSY = 1200;
const QUIET = 5000;
let timer;

function tell(text, well) {
  const note = document.createElement("p");
  note.className = `note ${well ? "good" : "bad"}`;
  note.textContent = text;
  document.getElementById("notes").replaceChildren(note);
}

// Screen readers hear what has changed, not how it goes on.
function news() {
  return [...live.querySelectorAll("[data-news]")].map((one) => one.dataset.news);
}

function isBusy() {
  return live.querySelector('[data-busy="yes"]') !== null;
}

// Times are UTC as they come; here they are the reader's.
const FORMS = {
  full: { dateStyle: "medium", timeStyle: "short" },
  short: { dateStyle: "medium", timeStyle: "short" },
  hour: { timeStyle: "short" },
};
function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.textContent = new Intl.DateTimeFormat("en-GB", FORMS[time.dataset.local]).format(new Date(time.dateTime));
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const told of root.querySelectorAll("[data-zone]")) told.textContent = `in your time zone, ${zone}`;
}

function show(html) {
  const before = news();
  const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...live.querySelectorAll("details[open]")].map((one) => one.id);
  live.innerHTML = html;
  localise(live);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const changed = news().filter((text) => !before.includes(text));
  if (changed.length) document.getElementById("news").textContent = changed.join(". ");
}

let shown = "";
async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(live.dataset.live);
    if (answer.redirected) return location.reload();
    const html = await answer.text();
    if (answer.ok && html !== shown && !live.querySelector(":active")) {
      shown = html;
      show(html);
    }
  } catch {
    // The program was stopped, or the network is away: the next time tells.
  }
  if (!document.hidden) timer = setTimeout(refresh, isBusy() ? BUSY : QUIET);
}

async function send(form) {
  const button = form.querySelector("button");
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.atOnce) {
    button.textContent = button.dataset.atOnce;
    button.setAttribute("aria-busy", "true");
  }
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
    });
    const told = await answer.json();
    tell(told.message || told.error, answer.ok);
  } catch {
    tell("The program did not answer: is it still running?", false);
  }
  shown = "";
  await refresh();
  button.removeAttribute("aria-disabled");
  button.removeAttribute("aria-busy");
  if (button.dataset.atOnce) button.textContent = label;
}

async function ask(link) {
  const answer = await fetch(link.href);
  if (!answer.ok || answer.redirected) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  question.replaceChildren(page.getElementById("ask"));
  question.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-here]");
  if (!form || !live) return;
  event.preventDefault();
  if (form.querySelector('[aria-disabled="true"]')) return;
  if (question?.open) question.close();
  send(form);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a, button");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[data-question]") && live) {
    event.preventDefault();
    ask(link);
  } else if (link.matches("[data-close]") && question?.open) {
    event.preventDefault();
    question.close();
  } else if (link.matches("[data-print]")) {
    window.print();
  }
});

// A chart is one stop of the keyboard; arrows lead from month to month.
document.addEventListener("keydown", (event) => {
  const here = event.target.closest?.(".place");
  const next = { ArrowLeft: here?.previousElementSibling, ArrowRight: here?.nextElementSibling }[event.key];
  if (!next?.matches(".place")) return;
  event.preventDefault();
  here.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
});

// Where the tabs do not fit beside each other, the one of this page is in view.
const chosen = document.querySelector(".tabs [aria-current]");
if (chosen) {
  const tabs = chosen.parentElement;
  tabs.scrollLeft = chosen.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
}

localise(document);
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), again.dataset.again * 1000);
if (live) {
  timer = setTimeout(refresh, isBusy() ? BUSY : QUIET);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
