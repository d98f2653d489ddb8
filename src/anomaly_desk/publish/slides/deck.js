// Text shrinks and figures take what is left, slide by slide: nothing scrolls, nothing is cut off.
const WIDTH = 1280, HEIGHT = 720, LARGEST = 120, SMALLEST = 40, STEP = 4; // text in per cent
const SMALLEST_FIGURE = 400; // pixels in height, all figures of a slide together

function fits(slide, height) {
  const edge = slide.getBoundingClientRect().right + 1;
  return slide.scrollHeight <= height
    && [slide, ...slide.querySelectorAll("pre, table, svg")].every(
      it => it.scrollWidth <= it.clientWidth + 1 && it.getBoundingClientRect().right <= edge);
}

function fit(slide) {
  const figures = [...slide.querySelectorAll("img")];
  const left = HEIGHT - (figures.length ? SMALLEST_FIGURE : 0);
  figures.forEach(it => { it.style.height = "0"; });
  let size = LARGEST;
  slide.style.fontSize = `${size}%`;
  while (!fits(slide, left) && size > SMALLEST) {
    size -= STEP;
    slide.style.fontSize = `${size}%`;
  }
  const height = Math.floor((HEIGHT - slide.scrollHeight) / figures.length);
  figures.forEach(it => { it.style.height = `${height}px`; });
  slide.dataset.fit = size;
}

addEventListener("load", () => {
  const slides = document.querySelector(".slides");
  slides.classList.add("measured");
  slides.querySelectorAll("section:not(:has(section))").forEach(fit);
  slides.classList.remove("measured");
  slides.addEventListener("toggle", it => fit(it.target.closest("section")), true); // <details>
  Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0.02, center: false, hash: true,
    slideNumber: "c/t", transition: "none", pdfSeparateFragments: false, plugins: [RevealNotes],
  });
});
