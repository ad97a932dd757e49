using System.Collections.Generic;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>Names a thing for <see cref="NpcRecorder"/>, so that the engine can learn what it looks like.</summary>
    [AddComponentMenu("NPC Engine/NPC Entity")]
    [DisallowMultipleComponent]
    public sealed class NpcEntity : MonoBehaviour
    {
        [Tooltip("Plain words, a colour first where it has one: red potion. The object's name if left empty.")]
        [SerializeField] private string words = "";

        [Tooltip("Any of: hostile, hazard, item, food, animal, person, place, foul, plant, vehicle.")]
        [SerializeField] private string[] tags = new string[0];

        private static readonly List<NpcEntity> Enabled = new List<NpcEntity>();
        private Renderer[] _renderers;

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

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void Forget()
        {
            Enabled.Clear();
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
            Enabled.Add(this);
        }

        private void OnDisable()
        {
            Enabled.Remove(this);
        }
    }
}
