// What pages do beyond plain HTML; every page works without it but for the confirmation dialogs.
"use strict";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens).showModal();
  }
  if (event.target.closest("[data-closes]")) {
    event.target.closest("dialog").close();
  }
  for (const menu of document.querySelectorAll("details.account[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

// A slow answer must not look like no answer: the button says that it works. The server counts a form once anyway.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && event.target.method === "post") {
    setTimeout(() => {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    });
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

// Poor reception in a workshop: what was typed into a long form stays on the phone until the server has it.
for (const form of document.querySelectorAll("form[data-keeps]")) {
  const key = `draft:${form.dataset.keeps}`;
  const fields = [...form.elements].filter((field) => field.matches("textarea, input[type=text]"));
  const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  if (!form.querySelector(".is-invalid")) {
    for (const field of fields) {
      field.value = field.value || kept[field.name] || "";
    }
  }
  form.addEventListener("input", () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
  });
}
if (document.querySelector(".toast-line.is-green")) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("draft:")) {
      sessionStorage.removeItem(key);
    }
  }
}

// A known word is a tap away; the line takes it once.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-word]");
  if (chip) {
    const line = chip.closest("[data-words]").querySelector("input");
    const words = line.value.split(/[\s、，,；;。/]+/).filter(Boolean);
    if (!words.includes(chip.dataset.word)) {
      line.value = [...words, chip.dataset.word].join("、");
    }
  }
});

// A choice that sends its form, such as the language or a report's year.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) {
    event.target.form.requestSubmit();
  }
});

// The old way of copying also works without HTTPS and in the browsers of chat apps; the text stays marked either way.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
    if (document.execCommand("copy")) {
      button.textContent = button.dataset.done;
    }
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) {
    window.print();
  }
});

// A filter shows its results without a new page. Only our own address is asked, and only its results are taken over.
for (const form of document.querySelectorAll("form.filters")) {
  let asking = new AbortController();
  const refresh = async (event) => {
    event.preventDefault();
    asking.abort();
    asking = new AbortController();
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${location.pathname}?${new URLSearchParams(given)}`;
    document.getElementById("results").setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: asking.signal });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("results");
      if (!fresh) {
        throw new Error("no results"); // signed out meanwhile, or refused
      }
      document.getElementById("results").replaceWith(fresh);
      history.pushState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") {
        window.location.assign(address); // the page itself says what is wrong
      }
    }
  };
  form.addEventListener("change", refresh);
  form.addEventListener("submit", refresh);
  window.addEventListener("popstate", () => {
    if (!location.hash) {
      location.reload();
    }
  });
}

// What is under way is looked at anew while somebody looks. Only what says something else by now is put in its place, so
// that nothing that is read, marked or about to be pressed goes away; after an hour the page no longer asks.
const looking = document.querySelector("[data-looks]");
if (looking) {
  const until = Date.now() + 60 * 60 * 1000;
  const parts = () => document.querySelectorAll("[data-now]");
  const show = (now) => {
    document.title = now.title;
    for (const part of parts()) {
      const fresh = now.getElementById(part.id);
      if (fresh && fresh.textContent !== part.textContent) {
        const isHeld = part.contains(document.activeElement);
        part.replaceChildren(...fresh.childNodes);
        if (isHeld) {
          part.querySelector("a, button")?.focus();
        }
      }
    }
  };
  const look = async () => {
    let isOver = Date.now() > until;
    try {
      if (!document.hidden) {
        const answer = await fetch(location.href);
        const now = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (answer.ok && !now.getElementById(parts()[0].id)) {
          window.location.reload(); // signed out meanwhile
        } else if (answer.ok) {
          show(now);
          isOver = isOver || !now.querySelector("[data-looks]");
        }
      }
    } catch {
      // no reception: the next look may have it
    }
    if (!isOver) {
      setTimeout(look, 1000 * looking.dataset.looks);
    }
  };
  setTimeout(look, 1000 * looking.dataset.looks);
}

// What is being typed may be there already: our own address is asked, and its notice shown; saving goes on either way.
for (const form of document.querySelectorAll("form[data-alike]")) {
  let waiting = 0;
  let asking = new AbortController();
  const compared = form.dataset.compares.split(" ");
  const look = async () => {
    asking.abort();
    asking = new AbortController();
    const typed = [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && value !== "" && compared.includes(name),
    );
    try {
      const answer = await fetch(`${form.dataset.alike}?${new URLSearchParams(typed)}`, { signal: asking.signal });
      const notice = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("alike");
      const shown = form.querySelector("#alike");
      if (notice && shown && !shown.querySelector("input:checked")) {
        const tick = shown.querySelector("input[name=is_another]")?.closest("p");
        if (tick && notice.firstElementChild) {
          notice.firstElementChild.append(tick);
        }
        shown.replaceWith(notice);
      }
    } catch {
      return; // without an answer the form is looked at when it is saved
    }
  };
  form.addEventListener("input", (event) => {
    if (compared.includes(event.target.name)) {
      clearTimeout(waiting);
      waiting = setTimeout(look, 400);
    }
  });
}

// How much an outcome comes to is asked as its kind has it; what does not fit is not asked, and not sent.
for (const form of document.querySelectorAll("form[data-quantities]")) {
  const kinds = JSON.parse(form.dataset.quantities);
  const label = form.querySelector("label[for=id_quantity]");
  const words = label.textContent.trim();
  const ask = () => {
    const category = form.elements.category.value;
    const unit = kinds.subkinds[form.elements.subkind.value] || kinds.categories[category] || "";
    const asked = { quantity: unit !== "" };
    for (const [name, only] of Object.entries(kinds.alone)) {
      asked[name] = category === only;
    }
    for (const [name, fits] of Object.entries(asked)) {
      const place = form.querySelector(`#div_id_${name}`);
      place.hidden = !fits;
      for (const input of place.querySelectorAll("input")) {
        input.disabled = !fits;
      }
    }
    label.textContent = unit ? `${words}（${unit}）` : words;
  };
  form.addEventListener("change", ask);
  ask();
}
