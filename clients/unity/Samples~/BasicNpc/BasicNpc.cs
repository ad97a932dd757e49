using NpcEngine;
using UnityEngine;

/// <summary>
/// Put this on an empty object in a scene with a camera and press Play. It builds a room, a guard and a few things; type a
/// line and press Enter, or hold the button and speak. The guard answers, aloud where the server has its voice, and walks to
/// what he points at.
/// </summary>
public sealed class BasicNpc : MonoBehaviour
{
    private const float Speed = 2;
    private NpcBrain _guard;
    private NpcMicrophone _microphone;
    private Vector3 _goal;
    private bool _walking;
    private bool _held;
    private string _typed = "";
    private string _said = "…";

    private void Start()
    {
        Camera eye = Camera.main;
        eye.transform.position = new Vector3(0, 4, -9);
        eye.transform.LookAt(new Vector3(0, 1, 0));
        Make(PrimitiveType.Plane, "floor", new Vector3(0, 0, 0), Color.gray);
        Make(PrimitiveType.Sphere, "red ball", new Vector3(-3, 0.5f, 1), Color.red);
        Make(PrimitiveType.Cube, "green box", new Vector3(3, 0.5f, 0), Color.green);
        Make(PrimitiveType.Cylinder, "yellow pillar", new Vector3(1, 1, 3), Color.yellow);
        MakeGuard(eye);
    }

    private void MakeGuard(Camera eye)
    {
        var capture = eye.gameObject.AddComponent<NpcFrameCapture>();
        GameObject body = Make(PrimitiveType.Capsule, "guard", new Vector3(0, 1, 0), Color.blue);
        body.SetActive(false); // so that the brain is configured before it is enabled
        _guard = body.AddComponent<NpcBrain>();
        _guard.Configure("bram", "guard", capture, "red ball", "green box");
        _guard.Failed.AddListener(fault => _said = fault);
        _guard.Decided.AddListener(Act);
        body.AddComponent<AudioSource>().spatialBlend = 1; // he is heard from where he stands
        body.AddComponent<NpcVoice>().Subtitle.AddListener(words => _said = words); // all at once where nobody speaks them
        body.SetActive(true);
        _microphone = gameObject.AddComponent<NpcMicrophone>();
        _microphone.Words.AddListener(words => _typed = words);
        _microphone.Heard.AddListener(line => _typed = "");
        _microphone.Failed.AddListener(fault => _said = fault);
        _goal = body.transform.position;
    }

    /// <summary>Targets belong to the picture that was shown: resolve them at once.</summary>
    private void Act(Decision decision)
    {
        Ray ray;
        RaycastHit hit;
        if (_guard.TryAim(decision, out ray) && Physics.Raycast(ray, out hit))
        {
            _goal = new Vector3(hit.point.x, 1, hit.point.z);
            _walking = true;
        }
    }

    private void Update()
    {
        Transform body = _guard.transform;
        body.position = Vector3.MoveTowards(body.position, _goal, Speed * Time.deltaTime);
        if (_walking && body.position.x == _goal.x && body.position.z == _goal.z)
        {
            _walking = false;
            _guard.Done();
        }
    }

    private void OnGUI()
    {
        bool enter = Event.current.type == EventType.KeyDown && Event.current.keyCode == KeyCode.Return;
        GUI.Label(new Rect(20, 20, 900, 30), "Bram: " + _said);
        _typed = GUI.TextField(new Rect(20, Screen.height - 50, Screen.width - 190, 30), _typed);
        bool held = GUI.RepeatButton(new Rect(Screen.width - 160, Screen.height - 50, 140, 30), "Hold and speak");
        if (Event.current.type == EventType.Repaint)
        {
            Talk(held);
        }
        if (enter && _typed.Length > 0)
        {
            _guard.Say(_typed);
            _typed = "";
        }
    }

    private void Talk(bool held)
    {
        if (held && !_held)
        {
            _microphone.Begin();
        }
        else if (!held && _held)
        {
            _microphone.End();
        }
        _held = held;
    }

    private static GameObject Make(PrimitiveType shape, string words, Vector3 place, Color colour)
    {
        GameObject thing = GameObject.CreatePrimitive(shape);
        thing.name = words;
        thing.transform.position = place;
        thing.GetComponent<Renderer>().material.color = colour;
        thing.AddComponent<NpcEntity>();
        return thing;
    }
}
