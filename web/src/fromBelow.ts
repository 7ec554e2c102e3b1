import type { VirtualizerOptions } from '@tanstack/react-virtual';

const stillMs = 150;

type Options = VirtualizerOptions<HTMLDivElement, Element>;

/**
 * How far a scroller is from its lower end, which is where a conversation begins: in a `column-reverse` scroller that is 0, and older
 * messages lie at negative places. Counted so, what is loaded above moves nothing that is read.
 */
export const observeFromBelow: Options['observeElementOffset'] = (instance, tell) => {
  const element = instance.scrollElement;
  if (!element) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const report = (isScrolling: boolean) => tell(Math.max(0, -element.scrollTop), isScrolling);
  const onScroll = () => {
    report(true);
    clearTimeout(timer);
    timer = setTimeout(() => report(false), stillMs);
  };
  report(false);
  element.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    clearTimeout(timer);
    element.removeEventListener('scroll', onScroll);
  };
};

export const scrollFromBelow: Options['scrollToFn'] = (offset, { adjustments = 0, behavior }, instance) => {
  instance.scrollElement?.scrollTo({ top: -(offset + adjustments), ...(behavior && { behavior }) });
};
