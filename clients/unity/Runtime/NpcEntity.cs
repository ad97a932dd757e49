using System.Collections.Generic;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>
    /// Names a thing: for <see cref="NpcRecorder"/>, so that the engine can learn what it looks like, and for decisions,
    /// which then tell that they mean it (<see cref="Of"/>).
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Entity")]
    [DisallowMultipleComponent]
    public sealed class NpcEntity : MonoBehaviour
    {
        [Tooltip("Plain words, a colour first where it has one: red potion. The object's name if left empty.")]
        [SerializeField] private string words = "";

        [Tooltip("Any of: hostile, hazard, item, food, animal, person, place, foul, plant, vehicle.")]
        [SerializeField] private string[] tags = new string[0];

        private static readonly List<NpcEntity> Enabled = new List<NpcEntity>();
        private static int _made;
        private Renderer[] _renderers;
        private string _id;

        internal static IList<NpcEntity> All
        {
            get { return Enabled; }
        }

        public string Words
        {
            get { return words.Length > 0 ? words : name; }
            set { words = value; }
        }

        public string[] Tags
        {
            get { return tags; }
            set { tags = value; }
        }

        /// <summary>The thing that a decision's target lies on, or null: none, or one that is gone.</summary>
        public static NpcEntity Of(Decision decision)
        {
            return decision.Entity == null ? null : Enabled.Find(entity => entity._id == decision.Entity);
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void Forget()
        {
            Enabled.Clear();
        }

        /// <summary>What a camera sees: boxes by id, as <see cref="Frame.Entities"/> has them.</summary>
        internal static Dictionary<string, double[]> Look(Camera eye, int most)
        {
            var boxes = new Dictionary<string, double[]>();
            foreach (NpcEntity entity in Enabled)
            {
                Rect box;
                if (boxes.Count < most && entity.TryBox(eye, out box) && box.xMin < 1 && box.xMax > 0 && box.yMin < 1 && box.yMax > 0)
                {
                    boxes.Add(entity._id, new[] { Near(box.xMin), Near(box.yMin), Near(box.xMax), Near(box.yMax) });
                }
            }
            return boxes;
        }

        /// <summary>A thing right before the camera reaches arbitrarily far beyond the picture; nobody is to take that for pixels.</summary>
        private static double Near(float side)
        {
            return Mathf.Clamp(side, -1, 2);
        }

        /// <summary>
        /// The box around the corners of its bounds, in fractions of the camera's picture, y downwards; false where one is
        /// behind the camera.
        /// </summary>
        internal bool TryBox(Camera eye, out Rect box)
        {
            float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
            Bounds bounds;
            box = new Rect();
            if (!TryBounds(out bounds))
            {
                return false;
            }
            for (int corner = 0; corner < 8; corner++)
            {
                Vector3 side = new Vector3((corner & 1) * 2 - 1, (corner & 2) - 1, (corner & 4) / 2 - 1);
                Vector3 point = eye.WorldToViewportPoint(bounds.center + Vector3.Scale(bounds.extents, side));
                if (point.z <= 0)
                {
                    return false;
                }
                left = Mathf.Min(left, point.x);
                right = Mathf.Max(right, point.x);
                top = Mathf.Min(top, 1 - point.y);
                bottom = Mathf.Max(bottom, 1 - point.y);
            }
            box = Rect.MinMaxRect(left, top, right, bottom);
            return true;
        }

        /// <summary>What it fills in the world; false where nothing of it is drawn.</summary>
        internal bool TryBounds(out Bounds bounds)
        {
            bounds = new Bounds(transform.position, Vector3.zero);
            bool drawn = false;
            foreach (Renderer part in _renderers)
            {
                if (part == null || !part.enabled || !part.gameObject.activeInHierarchy)
                {
                    continue;
                }
                if (drawn)
                {
                    bounds.Encapsulate(part.bounds);
                }
                else
                {
                    bounds = part.bounds;
                }
                drawn = true;
            }
            return drawn;
        }

        private void OnEnable()
        {
            _renderers = GetComponentsInChildren<Renderer>();
            _id = _id ?? "entity-" + ++_made;
            Enabled.Add(this);
        }

        private void OnDisable()
        {
            Enabled.Remove(this);
        }
    }
}
