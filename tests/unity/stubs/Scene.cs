using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;

namespace UnityEngine
{
    /// <summary>Plays a scene: calls what Unity calls, frame by frame.</summary>
    public static class Scene
    {
        public static readonly Stopwatch Clock = Stopwatch.StartNew();

        /// <summary>Warnings and errors.</summary>
        public static readonly List<string> Log = new List<string>();

        /// <summary>False: a hidden view, in which frames never end.</summary>
        public static bool Draws = true;

        private static readonly List<GameObject> Objects = new List<GameObject>();
        private static readonly Queue<Action> Due = new Queue<Action>();

        /// <summary>What Unity calls before a component's first frame.</summary>
        public static void Begin(MonoBehaviour part)
        {
            Send(part, "Start");
        }

        /// <summary>One frame: updates, ends of frame, and what the GPU has finished.</summary>
        public static void Frame()
        {
            foreach (MonoBehaviour part in Parts().Where(part => part.isActiveAndEnabled))
            {
                Send(part, "Update");
            }
            foreach (MonoBehaviour part in Parts().Where(part => Draws))
            {
                part.Routines.ToList().ForEach(routine => routine.MoveNext());
            }
            foreach (MonoBehaviour part in Parts().Where(part => Draws && part.isActiveAndEnabled))
            {
                Send(part, "OnGUI");
            }
            for (int i = Due.Count; i > 0; i--)
            {
                Due.Dequeue()();
            }
        }

        /// <summary>Stop playing.</summary>
        public static void End()
        {
            foreach (MonoBehaviour part in Parts().Where(part => part.isActiveAndEnabled))
            {
                Send(part, "OnDisable");
            }
            Objects.Clear();
            Due.Clear();
        }

        internal static void Add(GameObject made)
        {
            Objects.Add(made);
        }

        internal static void Later(Action action)
        {
            Due.Enqueue(action);
        }

        internal static void Send(Component part, string message)
        {
            MethodInfo method = part.GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic);
            if (method != null)
            {
                method.Invoke(part, null);
            }
        }

        private static List<MonoBehaviour> Parts()
        {
            return Objects.SelectMany(made => made.Parts).OfType<MonoBehaviour>().ToList();
        }
    }
}
