"""A button that puts a text on the clipboard of the browser; JupyterLab's own widgets have none."""

from __future__ import annotations

import anywidget
import traitlets


class CopyButton(anywidget.AnyWidget):
    """Copies ``text``; where the browser refuses, its label says so.

    The clipboard is only open to pages of this machine or with https; elsewhere the older way is tried.
    """

    _esm = """
    async function copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch (refused) {
        const area = document.createElement("textarea");
        area.value = text;
        document.body.appendChild(area);
        area.select();
        const copied = document.execCommand("copy");
        area.remove();
        return copied;
      }
    }
    function render({ model, el }) {
      const button = document.createElement("button");
      button.className = "jupyter-button widget-button indexlib-copy";
      button.textContent = model.get("label");
      button.onclick = async () => {
        button.textContent = model.get(await copy(model.get("text")) ? "done" : "failed");
        setTimeout(() => { button.textContent = model.get("label"); }, 2000);
      };
      el.appendChild(button);
    }
    export default { render };
    """
    text = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    done = traitlets.Unicode().tag(sync=True)
    failed = traitlets.Unicode().tag(sync=True)
