// A page inside a frame tells the page around it how tall it is, and nothing else.
new ResizeObserver(() => {
  parent.postMessage({ tandemHeight: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
}).observe(document.body);
