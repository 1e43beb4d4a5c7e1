"use strict";
// Forms with data-options ask a passkey and post its answer as a form does; everything else of the page works without this.
for (const form of document.querySelectorAll("form[data-options]")) {
  const problem = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  form.hidden = false;

  const say = (text) => {
    problem.textContent = text;
    problem.hidden = text === "";
  };

  // A form with data-create registers a passkey, any other one asks for one that there is.
  const create = "create" in form.dataset;
  const parse = create ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";

  const ask = async () => {
    if (!window.PublicKeyCredential?.[parse]) {
      throw new Error("This browser is too old for passkeys, or the page was not opened over HTTPS.");
    }
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { "X-Warder-Form": form.elements.form.value },
    });
    const options = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      throw new Error(options.message || "The passkey cannot be asked for now. Open the page again.");
    }
    const asked = { publicKey: PublicKeyCredential[parse](options) };
    return JSON.stringify(await (create ? navigator.credentials.create(asked) : navigator.credentials.get(asked)));
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      form.elements.passkey.value = await ask();
      form.submit();
    } catch (error) {
      const gone = error.name === "NotAllowedError" || error.name === "AbortError";
      say(gone ? "No passkey was used. It was cancelled, or took too long." : error.message);
      button.disabled = false;
      button.focus();
    }
  });
}
