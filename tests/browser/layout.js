// What is wrong with the layout of a page: `wide` sticks out of the screen, `small` is text that is hard to read, `broken`
// are numbers and times on two lines, and `over` are texts of a chart that are cut off or lie over each other.
(() => {
    const width = document.documentElement.clientWidth;
    const shown = [...document.body.querySelectorAll("*")].filter(one => one.checkVisibility());
    const html = one => one.outerHTML.slice(0, 200);

    const wide = shown.filter(one => one.getBoundingClientRect().right > width + 1).map(html);

    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const element = node.parentElement;
        if (node.textContent.trim() && element.checkVisibility() && !element.closest("title")) texts.push([node, element]);
    }
    const scale = element => element.closest("svg")?.getScreenCTM().a ?? 1;
    const size = element => parseFloat(getComputedStyle(element).fontSize) * scale(element);
    // The charts shrink with the screen.
    const least = innerWidth < 360 ? 7.5 : 9;
    const small = texts.filter(([, element]) => size(element) < least).map(([, element]) => html(element));

    const lines = (node, part) => {
        const range = document.createRange();
        range.setStart(node, part.index);
        range.setEnd(node, part.index + part[0].length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
    };
    // Where names are long they may be broken, and the numbers in them.
    const parts = texts.filter(([, element]) => !element.closest("bdi")).flatMap(([node]) =>
        [...node.textContent.matchAll(/\d\d:\d\d:\d\d|[\d,]*\d/g)].map(part => [node, part]));
    const broken = parts.filter(([node, part]) => lines(node, part) > 1).map(([, part]) => part[0]);

    const over = [...document.querySelectorAll("figure svg")].flatMap(svg => {
        const frame = svg.closest("figure").getBoundingClientRect();
        const boxes = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
        const inside = box => box.left > frame.left - 1 && box.right < frame.right + 1 && box.bottom < frame.bottom + 1;
        const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        const alone = (box, index) => boxes.slice(index + 1).every(([, other]) => !meet(box, other));
        return boxes.filter(([, box], index) => !inside(box) || !alone(box, index)).map(([text]) => text);
    });

    return Object.fromEntries(Object.entries({ wide, small, broken, over }).filter(([, found]) => found.length > 0));
})()
