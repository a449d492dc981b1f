// The bridge between @dnd-kit/core and Reflex: an area, things to drag, handles, and places to drop.
// It has no looks and no words of its own; both come from Python (crm_app/ui/sortable.py).
import { createContext, useContext, useMemo, useRef, useState } from "react";
import {
  DndContext,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useDndContext,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";

// A pointer this far from every place drops nothing.
const REACH = 72;
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
const HandleContext = createContext(null);

// Letters are typed and menus are used inside of what can be dragged, without dragging it. Menus
// float elsewhere in the page, but React reports their presses to the card that they belong to.
const isForDragging = (event) =>
  event.currentTarget.contains(event.target) &&
  !event.target.closest("input, textarea, select, [contenteditable=true], [data-no-drag]");

const guarded = (activators) =>
  activators.map(({ eventName, handler }) => ({
    eventName,
    handler: (event, options, context) =>
      isForDragging(event) && handler(event, options, context),
  }));

class Mouse extends MouseSensor {
  static activators = guarded(MouseSensor.activators);
}

class Touch extends TouchSensor {
  static activators = guarded(TouchSensor.activators);
}

const distance = (rect, { x, y }) =>
  Math.hypot(
    Math.max(rect.left - x, 0, x - rect.right),
    Math.max(rect.top - y, 0, y - rect.bottom),
  );

// Bars lie over places that were scrolled under them; dropping on a bar means none of those.
const overBar = ({ x, y }) =>
  document.elementsFromPoint(x, y).some((each) => each.closest("[data-no-drop]"));

const nearest = ({ droppableContainers, droppableRects, pointerCoordinates }) => {
  if (overBar(pointerCoordinates)) return [];
  const found = droppableContainers
    .map(({ id }) => ({ id, rect: droppableRects.get(id) }))
    .filter(({ rect }) => rect)
    .map(({ id, rect }) => ({ id, data: { value: distance(rect, pointerCoordinates) } }))
    .filter(({ data }) => data.value <= REACH);
  return found.sort((a, b) => a.data.value - b.data.value).slice(0, 1);
};

// Places in reading order, whatever columns they stand in.
const inOrder = (containers) =>
  containers
    .getEnabled()
    .filter(({ node }) => node.current)
    .sort((a, b) =>
      a.node.current.compareDocumentPosition(b.node.current) & Node.DOCUMENT_POSITION_FOLLOWING
        ? -1
        : 1,
    );

const filled = (text, values) =>
  Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`{${name}}`, value), text);

const labelOf = (thing) => thing?.data?.current?.label ?? "";
const byKeys = (event) => event?.type === "keydown";
const plain = ({ label, ghost, ...payload }) => payload;

export function SortableArea({ children, onMove, words }) {
  const [ghost, setGhost] = useState(null);
  // Where the keyboard stands. A press of an arrow is one place further, however far that is.
  const chosen = useRef(null);
  const nudge = useRef(0);

  const coordinateGetter = (event, { context }) => {
    const step = STEPS[event.code];
    if (!step) return undefined;
    event.preventDefault();
    const places = inOrder(context.droppableContainers);
    if (!places.length) return undefined;
    const at = places.findIndex(({ id }) => id === chosen.current);
    const from = at >= 0 ? at : beside(places, context.activeNode, step);
    const place = places[Math.min(Math.max(from + step, 0), places.length - 1)];
    chosen.current = place.id;
    place.node.current.scrollIntoView({ block: "nearest" });
    const rect = place.node.current.getBoundingClientRect();
    // The sensor scrolls instead of moving when x stays, so that x never does.
    nudge.current = 1 - nudge.current;
    return { x: rect.left + nudge.current, y: rect.top };
  };

  const sensors = useSensors(
    useSensor(Mouse, { activationConstraint: { distance: 6 } }),
    useSensor(Touch, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter, scrollBehavior: "auto" }),
  );

  const collide = (args) => {
    if (args.pointerCoordinates) return nearest(args);
    return chosen.current && args.droppableContainers.some(({ id }) => id === chosen.current)
      ? [{ id: chosen.current }]
      : [];
  };

  const accessibility = useMemo(() => {
    const say = (name) => ({ active, over }) =>
      filled(words[over ? name : `${name}_nowhere`] ?? "", {
        item: labelOf(active),
        place: labelOf(over),
      });
    return {
      screenReaderInstructions: { draggable: words.instructions },
      announcements: {
        onDragStart: ({ active }) => filled(words.picked, { item: labelOf(active) }),
        onDragOver: say("over"),
        onDragEnd: say("dropped"),
        onDragCancel: ({ active }) => filled(words.dropped_nowhere, { item: labelOf(active) }),
      },
    };
  }, [words]);

  const start = ({ active }) => {
    chosen.current = null;
    setGhost(active.data.current?.ghost || labelOf(active));
  };
  const end = ({ active, over, activatorEvent }) => {
    setGhost(null);
    if (!over) return;
    onMove?.({
      active: { id: active.id, ...plain(active.data.current) },
      over: { id: over.id, ...plain(over.data.current) },
      by: byKeys(activatorEvent) ? "keyboard" : "pointer",
    });
  };

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collide}
      accessibility={accessibility}
      onDragStart={start}
      onDragCancel={() => setGhost(null)}
      onDragEnd={end}
    >
      {children}
      <DragOverlay dropAnimation={null} zIndex={60}>
        {ghost ? <div className="drag-ghost">{ghost}</div> : null}
      </DragOverlay>
    </DndContext>
  );
}

// From where the first arrow counts: between the places before and after the thing itself.
const beside = (places, node, step) => {
  const before = places.filter(
    (place) =>
      node && place.node.current.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING,
  ).length;
  return step > 0 ? before - 1 : before;
};

export function SortableItem({ children, dragId, payload, label, ghost, disabled, ...rest }) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, isDragging } = useDraggable({
    id: dragId,
    data: { ...payload, label, ghost },
    disabled,
  });
  const { onKeyDown, ...pointers } = listeners ?? {};
  const handle = { setActivatorNodeRef, attributes, onKeyDown, label, dragId };
  return (
    <HandleContext.Provider value={handle}>
      <div
        ref={setNodeRef}
        {...rest}
        {...pointers}
        data-drag={dragId}
        data-dragging={isDragging || undefined}
      >
        {children}
      </div>
    </HandleContext.Provider>
  );
}

export function SortableHandle({ children, ...rest }) {
  const { setActivatorNodeRef, attributes, onKeyDown, label, dragId } = useContext(HandleContext);
  return (
    <button
      type="button"
      ref={setActivatorNodeRef}
      {...rest}
      aria-label={label}
      aria-describedby={attributes["aria-describedby"]}
      onKeyDown={onKeyDown}
      data-drag-handle={dragId}
    >
      {children}
    </button>
  );
}

export function SortablePlace({ children, dropId, payload, label, closedTo, disabled, ...rest }) {
  const { active } = useDndContext();
  const closed = Boolean(disabled || (active && closedTo?.includes(active.id)));
  const { setNodeRef, isOver } = useDroppable({
    id: dropId,
    data: { ...payload, label },
    disabled: closed,
  });
  return (
    <div
      ref={setNodeRef}
      {...rest}
      data-drop={dropId}
      data-over={isOver || undefined}
      data-armed={active && !closed ? true : undefined}
    >
      {children}
    </div>
  );
}
